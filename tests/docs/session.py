"""Running a page's commands as a reader does: in one shell, in order, in one folder."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT, Block, blocks

__all__ = ["run_page"]

_PORTS = ("8642", "7878")
_BACKGROUND = re.compile(r"(?:fabric|oxigraph) serve\b")
_INSTALL = re.compile(r"pip install ")
_FROM_FOLDER = re.compile(r"pip install (?:--editable )?\.$")
_MAKE = re.compile(r"make \w+$")


@dataclass(frozen=True, slots=True)
class _Step:
    block: Block
    command: str
    shown: str | None
    """What the page shows as output; None for a script, of which nothing is shown."""


def run_page(page: Path, folder: Path) -> None:
    """Run every command of a page in `folder`; each must end well and print what the page shows.

    A command whose shown output is an error message of Fabric's must end badly. A server is run in the background.
    """
    ports = _free_ports()
    steps = list(_steps(page))
    done = subprocess.run(
        ["bash", "-c", _script(steps, ports)],
        cwd=folder, env=_environment(folder, ports), capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    said = _by_step(done.stdout)
    for number, step in enumerate(steps):
        where = f"{page.relative_to(ROOT)}, line {step.block.line}: {step.command}"
        assert number in said, f"{where}\ndid not end\n{done.stdout[-2000:]}{done.stderr}"
        output, status = said[number]
        for port, used in ports.items():
            output = output.replace(f":{used}", f":{port}")
        fails = (step.shown or "").lstrip().startswith("fabric: ")
        assert status == int(fails), f"{where}\nended with {status}\n{output}"
        if step.shown is not None:
            assert _shows(step.shown, output), f"{where}\nprinted\n{output}\ninstead of\n{step.shown}"


def _steps(page: Path) -> Iterator[_Step]:
    for block in blocks(page):
        if block.file:
            yield _Step(block, f"cat > {block.file} <<'END_OF_FILE'\n{block.text}END_OF_FILE", None)
        elif block.language == "sh":
            yield _Step(block, f"set -e\n{block.text}\nset +e", None)
        elif block.language == "console":
            yield from _commands(block)


def _commands(block: Block) -> Iterator[_Step]:
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        first, *rest = part.splitlines()
        more = [line[2:] for line in rest if line.startswith("> ")]
        command = "\n".join([first, *more])
        shown = "\n".join(line for line in rest if not line.startswith("> "))
        if _FROM_FOLDER.search(command):
            yield _Step(block, _install(), shown)
        elif not (_INSTALL.search(command) or _MAKE.match(command)):
            yield _Step(block, command, shown)


def _install() -> str:
    python = shlex.quote(sys.executable)
    flags = "--quiet --no-index --no-deps --no-build-isolation --disable-pip-version-check --target site"
    return f'{python} -m pip install {flags} . && export PYTHONPATH="$PWD/site:$PYTHONPATH"'


def _script(steps: list[_Step], ports: dict[str, int]) -> str:
    lines = ["trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for number, step in enumerate(steps):
        command = step.command.replace(":7878", f":{ports['7878']}")
        if _BACKGROUND.match(command):
            waiting = "until grep -q http server.log || ! kill -0 $!; do sleep 0.05; done; cat server.log; grep -q http server.log"
            command = f": >server.log; {command} >>server.log 2>&1 &\n{waiting}"
        lines.append(f"{{ {command}\n}} 2>&1\nprintf '\\n\\036%s %s\\036\\n' {number} $?")
    return "\n".join(lines)


def _by_step(output: str) -> dict[int, tuple[str, int]]:
    pieces = re.split(r"\n\x1e(\d+) (\d+)\x1e\n", output)
    return {
        int(n): (text, int(status)) for text, n, status in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=False)
    }


def _shows(shown: str, output: str) -> bool:
    """Whether the output is as shown; `...` stands for any text, on a line of its own for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else ".*".join(re.escape(piece) for piece in line.split("...")) + r"\n"
        for line in _lines(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(output))) is not None


def _lines(text: str) -> list[str]:
    collapsed = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in collapsed if line]


def _environment(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    """The reader's environment: nothing set, but for a port that is free; curl is led there from the usual one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FABRIC_")}
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    (home / ".curlrc").write_text(f'connect-to = "localhost:8642:127.0.0.1:{ports["8642"]}"\n', encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {
        **kept, "PATH": path, "HOME": str(home), "COLUMNS": "200", "FABRIC_SEMANTIC": "false",
        "FABRIC_PORT": str(ports["8642"]), "PYTHONPATH": "",
    }  # fmt: skip


def _free_ports() -> dict[str, int]:
    """For each port that pages name one that is free, all held until all are known."""
    with ExitStack() as held:
        taken = {port: held.enter_context(socket.socket()) for port in _PORTS}
        for one in taken.values():
            one.bind(("127.0.0.1", 0))
        return {port: int(one.getsockname()[1]) for port, one in taken.items()}
