"""The actions of API 3.0 by (product, action), and the versions of each product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ci_emulator.config import Config
from ci_emulator.core.registry import Action, Registry, Run
from ci_emulator.protocols.tencentcloud.regions import Regions

RegionRule: TypeAlias = Callable[[Config], Regions]

REGISTRY: Registry[tuple[str, str]] = Registry()

#: Product → the versions that exist.
VERSIONS = {"ocr": frozenset({"2018-11-19"}), "sts": frozenset({"2018-08-13"})}

#: Action → its product, by which a call to a bare address finds it: no two products here have an action of one name.
_PRODUCTS: dict[str, str] = {}


#: What an action says about regions, which may depend on the settings; one that says nothing exists everywhere.
_REGIONS: dict[tuple[str, str], RegionRule] = {}


#: Action → its parameter that names the resource which policies are asked about, for those that have one.
_RESOURCES: dict[tuple[str, str], str] = {}


def action(
    product: str, name: str, *, regions: RegionRule | None = None, resource: str = "", **declaration: Any
) -> Callable[[Run], Run]:
    """Register a function as an action; the keywords are `regions`, `resource` and the fields of `Action`.

    `resource` is the parameter whose value is the resource that policies are asked about; without one it is everything.

    Raises:
        ValueError: another product has an action of that name.
    """
    if _PRODUCTS.setdefault(name, product) != product:
        raise ValueError(f"{name} is an action of {_PRODUCTS[name]} already")

    def register(run: Run) -> Run:
        about = (run.__doc__ or "").strip().partition("\n")[0]
        permission = f"{product}:{name}"
        REGISTRY.add((product, name), Action(name, run, permission, about=about, **declaration))
        if regions is not None:
            _REGIONS[product, name] = regions
        if resource:
            _RESOURCES[product, name] = resource
        return run

    return register


def product_of(host_says: str, name: str) -> str | None:
    """Return the product of a call: what its host says, or else the one that has the action; None when neither does."""
    product = host_says or _PRODUCTS.get(name)
    return product if host_says in VERSIONS or not host_says else None


def regions_of(product: str, name: str, config: Config) -> Regions:
    """Return where an action exists under these settings."""
    rule = _REGIONS.get((product, name))
    return rule(config) if rule else Regions()


def resource_parameter(product: str, name: str) -> str | None:
    """Return the parameter of an action that names the resource which policies are asked about."""
    return _RESOURCES.get((product, name))
