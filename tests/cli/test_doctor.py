"""The doctor: sound things pass, and each ill is named with what to do."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from lablib import cli, doctor


def signs(look: str, state: Path) -> list[str]:
    return [finding.sign for finding in getattr(doctor, look)(state)]


def text(look: str, state: Path) -> str:
    return "\n".join(str(finding) for finding in getattr(doctor, look)(state))


def test_nothing_is_wrong_with_the_place_where_tests_run(tmp_path: Path) -> None:
    ills = [f for f in doctor.examine(tmp_path / "state") if f.sign == doctor.FAIL]
    assert not ills, "\n".join(map(str, ills))


def test_a_healthy_installation_exits_with_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDTRAIL_LAB_STATE", "")
    said = CliRunner().invoke(cli.cli, ["doctor", "--state", str(tmp_path / "state")])
    assert said.exit_code == 0
    assert "[ OK ] Python" in said.output


def test_an_ill_installation_exits_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ill(_state: Path):  # type: ignore[no-untyped-def]
        yield doctor.Finding(doctor.FAIL, "something is broken", "mend it")

    monkeypatch.setattr(doctor, "LOOKS", (ill,))
    monkeypatch.setenv("CLOUDTRAIL_LAB_STATE", str(tmp_path))
    said = CliRunner().invoke(cli.cli, ["doctor"])
    assert said.exit_code == 1
    assert said.output == "[FAIL] something is broken\n       → mend it\n"


def test_a_package_of_the_wrong_version_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _name: ["moto==5.2.5", "click>=8.2"])
    monkeypatch.setattr(metadata, "version", {"moto": "4.0", "click": "8.3"}.__getitem__)
    assert "moto is 4.0, but ==5.2.5 is needed" in text("_packages", tmp_path)
    assert signs("_packages", tmp_path) == [doctor.FAIL]


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _name: ["no-such-package>=1"])
    assert "no-such-package is missing" in text("_packages", tmp_path)


def test_a_kernel_of_another_python_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    other = tmp_path / "python3"
    other.touch()
    monkeypatch.setattr(
        KernelSpecManager, "get_kernel_spec", lambda *_: KernelSpec(argv=[str(other)])
    )
    assert f"notebooks would run in another Python: {other}" in text("_kernel", tmp_path)


def test_a_jupyterlab_without_widgets_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyter_core import paths

    monkeypatch.setattr(paths, "jupyter_path", lambda *_: [str(tmp_path)])
    assert signs("_widgets", tmp_path) == [doctor.FAIL]


def test_a_folder_that_others_can_read_is_noted(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert signs("_state_folder", tmp_path) == [doctor.NOTE]
    tmp_path.chmod(0o700)
    assert signs("_state_folder", tmp_path) == [doctor.OK]


def test_real_credentials_are_named_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-real-secret")
    said = text("_own_credentials", tmp_path)
    assert "AWS_SECRET_ACCESS_KEY may hold real AWS credentials; the labs never use them" in said
    assert "a-real-secret" not in said


def test_an_account_that_was_killed_is_no_ill(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text(
        '{"endpoint": "http://127.0.0.1:9", "port": 9, "pid": 1, "token": "t",'
        ' "account": "123456789012", "region": "us-east-1"}'
    )
    assert signs("_account", tmp_path) == [doctor.NOTE]


def test_a_look_that_stumbles_is_a_finding_and_not_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _moon(_state: Path):  # type: ignore[no-untyped-def]
        raise RuntimeError("it is dark")

    monkeypatch.setattr(doctor, "LOOKS", (_moon,))
    assert [str(finding) for finding in doctor.examine(tmp_path)] == [
        "[FAIL] moon could not be examined: RuntimeError: it is dark"
    ]


def test_on_binder_the_doctor_says_how_to_keep_one_s_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://binder.example/")
    assert "cloudtrail-lab save" in text("_binder", tmp_path)
