"""The environment is read once, and a wrong value is named."""

import pytest

from hone.settings import Settings, WrongSettings, variable


def test_an_empty_environment_is_good() -> None:
    settings = Settings.load({})
    assert settings.namespaces == ()
    assert settings.site().artifacts is None
    assert settings.site().progress_url is None


def test_an_empty_variable_counts_as_absent() -> None:
    names = [variable(name) for name in Settings.model_fields]
    assert Settings.load(dict.fromkeys(names, "")) == Settings.load({})


def test_variables_are_read() -> None:
    settings = Settings.load(
        {
            "HONE_NAMESPACES": "shop, ads,",
            "HONE_WORKERS": "8",
            "HONE_LEADER_ELECTION": "false",
            "HONE_TRAINER_IMAGE": "example.test/trainer:1",
            "HONE_ARTIFACTS_URI": "s3://models/shop",
            "HONE_ARTIFACTS_ENDPOINT": "http://s3:7070",
            "HONE_ARTIFACTS_SECRET": "s3",
            "HONE_PROGRESS_URL": "http://hone/v1/progress",
            "POD_NAME": "hone-1",
            "KUBECONFIG": "/tmp/config",
        }
    )
    assert (settings.namespaces, settings.workers) == (("shop", "ads"), 8)
    assert not settings.leader_election
    assert (settings.pod_name, settings.kubeconfig) == ("hone-1", "/tmp/config")
    site = settings.site()
    assert site.trainer_image == "example.test/trainer:1"
    assert site.progress_url == "http://hone/v1/progress"
    assert site.artifacts
    assert (site.artifacts.uri, site.artifacts.endpoint) == ("s3://models/shop", "http://s3:7070")
    assert site.artifacts.credentials
    assert site.artifacts.credentials.secret_name == "s3"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HONE_WORKERS", "many"),
        ("HONE_WORKERS", "0"),
        ("HONE_LOG_LEVEL", "LOUD"),
        ("HONE_LISTEN", "8080"),
        ("HONE_LEADER_ELECTION", "perhaps"),
        ("HONE_LEASE_SECONDS", "1"),
        ("HONE_TRAINER_PULL_POLICY", "Sometimes"),
        ("HONE_ARTIFACTS_URI", "s3://user:password@models"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(WrongSettings, match=f"^{name}: "):
        Settings.load({name: value})


@pytest.mark.parametrize(
    ("listen", "ip", "address"),
    [
        ("0.0.0.0:8080", "10.2.3.4", "10.2.3.4:8080"),
        (":8080", "fd00::7", "[fd00::7]:8080"),
        ("127.0.0.1:9000", "", "127.0.0.1:9000"),
        (":8080", "", ""),
        ("0.0.0.0:8080", "", ""),
    ],
)
def test_others_are_told_an_address_that_leads_here(listen: str, ip: str, address: str) -> None:
    assert Settings.load({"HONE_LISTEN": listen, "POD_IP": ip}).address == address
