"""Settings: which source wins, what is refused by name, and that no secret is ever shown."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ci_emulator.config import FIELDS, PUBLISHED_KEY, Config, ConfigError, KeyPair, describe, load

SECRET = "Zm9yYmlkZGVu"
TOKEN = "dG9rZW4"


@pytest.fixture
def toml(tmp_path: Path) -> Any:
    def write(text: str) -> str:
        path = tmp_path / "ci-emulator.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def refused(
    options: dict[str, Any] | None = None, environment: dict[str, str] | None = None, file: str = ""
) -> str:
    with pytest.raises(ConfigError) as caught:
        load(options, environment or {}, file or None)
    return str(caught.value)


def test_the_defaults_need_no_source() -> None:
    config = load(environment={})
    assert config == Config()
    assert (config.host, config.port, config.auth) == (("127.0.0.1", "::1"), 9000, "strict")
    assert config.credentials == (PUBLISHED_KEY,)


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(toml: Any) -> None:
    file = toml('port = 1\nstore = "disk"\nregion = "ap-one"\nqueue = 1\n')
    environment = {
        "CI_EMULATOR_PORT": "2",
        "CI_EMULATOR_REGION": "ap-two",
        "PATH": "/bin",
        "ci_emulator_port": "9",
    }
    config = load({"port": "3"}, environment, file)
    assert (config.port, config.region, config.store, config.queue) == (3, "ap-two", "disk", 1)


def test_the_environment_names_the_file_and_an_argument_names_another(toml: Any, tmp_path: Path) -> None:
    file = toml("port = 1")
    other = tmp_path / "other.toml"
    other.write_text("port = 2", "utf-8")
    environment = {"CI_EMULATOR_CONFIG": file}
    assert load(environment=environment).port == 1
    assert load(environment=environment, file=str(other)).port == 2


def test_without_a_mapping_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_EMULATOR_PORT", "4321")
    assert load().port == 4321


def test_an_unknown_name_is_refused_by_name_in_each_source(toml: Any) -> None:
    file = toml("prot = 1")
    assert refused({"prot": 1}) == "options: there is no setting prot"
    assert refused(environment={"CI_EMULATOR_PROT": SECRET}) == "CI_EMULATOR_PROT: there is no such setting"
    assert refused(file=file) == f"{file}: there is no setting prot"


@pytest.mark.parametrize("name", ["CI_EMULATOR_port", "CI_EMULATOR_Config", "CI_EMULATOR_"])
def test_a_name_in_other_letters_is_unknown(name: str) -> None:
    assert refused(environment={name: "1"}) == f"{name}: there is no such setting"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "http"),
        ("port", ""),
        ("port", "65536"),
        ("port", "-1"),
        ("store", "Disk"),
        ("auth", "strictly"),
        ("readers", "zxing,eyes"),
        ("readers", ""),
        ("host", ""),
        ("max_connections", "0"),
        ("header_timeout", "0"),
        ("header_timeout", "-1"),
        ("header_timeout", "nan"),
        ("header_timeout", "inf"),
        ("header_timeout", "soon"),
        ("trusted_proxies", "127.0.0.1,the-proxy"),
        ("trusted_proxies", "10.0.0.0/33"),
        ("default_bucket", "without-a-number-"),
        ("default_bucket", "Capital-1250000000"),
        ("region", ""),
        ("credentials", "id:key"),
        ("credentials", "id:key:12x"),
        ("credentials", ":key:1"),
        ("credentials", "id::1"),
        ("credentials", ""),
    ],
)
def test_a_bad_value_is_refused_by_name_and_source(name: str, value: str, toml: Any) -> None:
    assert refused({name: value}).startswith(f"options: {name}: ")
    assert refused(environment={f"CI_EMULATOR_{name.upper()}": value}).startswith(f"environment: {name}: ")
    file = toml(f'{name} = "{value}"')
    assert refused(file=file).startswith(f"{file}: {name}: ")


@pytest.mark.parametrize("text", ["port = ", "[port]\nx = 1", "port = true", "port = 1.5", "\udcff"])
def test_a_bad_file_is_refused_by_its_path(text: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert refused(file=str(file)).startswith(f"{file}: ")


def test_a_missing_file_is_refused_by_its_path(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    for message in (refused(file=missing), refused(environment={"CI_EMULATOR_CONFIG": missing})):
        assert message == f"{missing}: No such file or directory"


def test_lists_are_separated_by_commas_in_text_and_are_lists_elsewhere(toml: Any) -> None:
    expected = ("127.0.0.1", "::1")
    assert load({"host": " 127.0.0.1 ,, ::1,"}, {}).host == expected
    assert load({"host": ["127.0.0.1", "::1"]}, {}).host == expected
    assert load(environment={"CI_EMULATOR_HOST": "127.0.0.1,::1"}).host == expected
    assert load(environment={}, file=toml('host = ["127.0.0.1", "::1"]')).host == expected
    assert load({"trusted_proxies": ""}, {}).trusted_proxies == ()


def test_numbers_may_be_text(toml: Any) -> None:
    config = load({"body_timeout": "1.5"}, {"CI_EMULATOR_WORKERS": "3"}, toml("port = 80\njob_seconds = 2"))
    assert (config.body_timeout, config.workers, config.port, config.job_seconds) == (1.5, 3, 80, 2.0)


def test_credentials_in_each_source(toml: Any) -> None:
    one = KeyPair(secret_id="one", secret_key="k1", appid="1")
    two = KeyPair(secret_id="two", secret_key="k2", appid="2")
    temporary = KeyPair(secret_id="tmp", secret_key="k3", appid="3", token=TOKEN, expires=1e9)
    assert load({"credentials": "one:k1:1,two:k2:2"}, {}).credentials == (one, two)
    assert load(
        {"credentials": [one, {"secret_id": "two", "secret_key": "k2", "appid": "2"}]}, {}
    ).credentials == (
        one,
        two,
    )
    assert load(environment={"CI_EMULATOR_CREDENTIALS": "two:k2:2"}).credentials == (two,)
    file = toml(
        '[[credentials]]\nsecret_id = "one"\nsecret_key = "k1"\nappid = "1"\n'
        f'[[credentials]]\nsecret_id = "tmp"\nsecret_key = "k3"\nappid = "3"\ntoken = "{TOKEN}"\nexpires = 1e9\n'
    )
    assert load(environment={}, file=file).credentials == (one, temporary)


@pytest.mark.parametrize(
    "value",
    [
        f"id:{SECRET}",
        f"id:{SECRET}:1:{TOKEN}",
        f"id:{SECRET}:x",
        f"{SECRET}",
        [{"secret_id": "id", "secret_key": SECRET, "appid": "x"}],
        [{"secret_id": "id", "secret_key": SECRET, "appid": "1", "token": TOKEN, "more": 1}],
        [{"secret_id": "id", "secret_key": [SECRET], "appid": "1"}],
        [SECRET],
        {"secret_key": SECRET},
    ],
)
def test_no_secret_in_what_is_said_about_bad_credentials(value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"credentials": value}, {})
    said = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value)
    assert "options: credentials: " in said
    assert SECRET not in said
    assert TOKEN not in said
    assert caught.value.__suppress_context__


def test_no_secret_in_what_is_shown_of_good_ones() -> None:
    pair = KeyPair(secret_id="id", secret_key=SECRET, appid="1", token=TOKEN)
    config = load({"credentials": [pair]}, {})
    shown = f"{pair} {pair!r} {config} {config!r} {list(pair.__rich_repr__())} {list(config.__rich_repr__())}"
    assert "secret_id='id'" in shown
    assert SECRET not in shown
    assert TOKEN not in shown


def test_it_is_frozen() -> None:
    config = load(environment={})
    with pytest.raises(AttributeError):
        config.port = 1  # type: ignore[misc]
    with pytest.raises(AttributeError):
        config.credentials[0].secret_key = "x"  # type: ignore[misc]
    assert all(not isinstance(value, list | dict | set) for value in msgspec.structs.asdict(config).values())


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_is_described(name: str) -> None:
    described = describe(name)
    assert described.about
    assert described.type
    assert described.default
    assert PUBLISHED_KEY.secret_key not in repr(described)


@pytest.mark.parametrize("name", FIELDS)
def test_every_default_passes_its_own_check(name: str) -> None:
    default = getattr(Config(), name)
    assert getattr(load({name: default}, {}), name) == default
