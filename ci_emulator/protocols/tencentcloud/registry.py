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
VERSIONS = {"ocr": frozenset({"2018-11-19"})}


#: What an action says about regions, which may depend on the settings; one that says nothing exists everywhere.
_REGIONS: dict[tuple[str, str], RegionRule] = {}


def action(
    product: str, name: str, *, regions: RegionRule | None = None, **declaration: Any
) -> Callable[[Run], Run]:
    """Register a function as an action; the keywords are `regions` and the fields of `Action`."""

    def register(run: Run) -> Run:
        about = (run.__doc__ or "").strip().partition("\n")[0]
        permission = f"{product}:{name}"
        REGISTRY.add((product, name), Action(name, run, permission, about=about, **declaration))
        if regions is not None:
            _REGIONS[product, name] = regions
        return run

    return register


def regions_of(product: str, name: str, config: Config) -> Regions:
    """Return where an action exists under these settings."""
    rule = _REGIONS.get((product, name))
    return rule(config) if rule else Regions()
