"""Programs of a build with a changed source in them: one object is compiled, and the program linked again."""
import functools
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def quiet(command):
    return subprocess.run(command, capture_output=True).returncode == 0


class Build:
    """The program as a preset has built it, and how its compiler and linker are called."""

    def __init__(self, preset, flags):
        self.folder = ROOT / "build" / preset
        self.program = self.folder / "strayframe"
        self.flags = flags
        self.compiler = self.link_command("strayframe")[0] if self.program.exists() else None

    @functools.lru_cache(maxsize=None)
    def link_command(self, target):
        lines = subprocess.run(["ninja", "-t", "commands", target], cwd=self.folder, capture_output=True, text=True,
                               check=True).stdout.splitlines()
        return tuple(lines[-1].split("&&")[1].replace("-flto=auto", "-fno-lto").split())

    def compile(self, source, output, *more):
        """Whether it compiled."""
        return quiet([self.compiler, "-std=gnu11", "-w", "-D_GNU_SOURCE", *self.flags, *more, f"-I{ROOT}", "-c", "-o",
                      str(output), str(source)])

    def relink(self, target, objects, output):
        """The program with these objects in place of those of the library that define the same."""
        command = list(self.link_command(target))
        command[command.index("-o") + 1] = str(output)
        at = command.index("libstrayframe_rooms.a")
        subprocess.run(command[:at] + [str(o) for o in objects] + command[at:], cwd=self.folder, check=True)
