"""The built wheel works on its own, run by `make check`: build it, unpack it away from the sources, use it.

The dependencies are those of this environment; what is tested is what the wheel contains and declares.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*command: str, cwd: Path) -> str:
    """Return a command's output; it must succeed."""
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Build, install into an empty folder, and run the installed command line on a starter project."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", name, str(ROOT), cwd=folder)
        wheel = next(folder.glob("*.whl"))
        site = folder / "site"
        run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel), cwd=folder)
        start = (
            f"import sys; sys.path.insert(0, {str(site)!r}); "
            f"sys.path[:] = [path for path in sys.path if not path.startswith({str(ROOT)!r}) or 'site-packages' in path]; "
            "import franca; assert franca.__file__.startswith(sys.path[0]), franca.__file__; from franca.cli.main import main; main()"
        )
        run(sys.executable, "-c", start, "init", "shop", cwd=folder)
        print(run(sys.executable, "-c", start, "preview", "--project", "shop", "--as-of", "2026-03-01", cwd=folder))
        print(run(sys.executable, "-c", start, "capabilities", cwd=folder))


if __name__ == "__main__":
    main()
