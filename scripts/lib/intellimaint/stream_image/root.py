"""The image's root file system, assembled and started without a container engine: what is missing in it shows."""

import hashlib
import os
import platform
import re
import shutil
import ssl
import subprocess

from intellimaint import ROOT
from intellimaint.local_system import target_directory
from intellimaint.stream_image.engine import DOCKERFILE, run
from intellimaint.terminal import Failure, say

SUITE, MIRROR = "bookworm", "http://deb.debian.org/debian"
RUNTIME_ROOT = DOCKERFILE.parent / "runtime-root"
FOLDER = ROOT / ".build" / "stream-root"
GLIBC = (2, 36)  # of Debian bookworm
USER = "10001"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def why_not():
    """What keeps this machine from it; none where nothing does."""
    if platform.system() != "Linux" or os.geteuid() != 0:
        return "only root on Linux can assemble a root file system"
    name, version = platform.libc_ver()
    if name != "glibc" or tuple(map(int, version.split("."))) > GLIBC:
        return "programs that are built here do not run on Debian bookworm"
    missing = [program for program in ("debootstrap", "unshare", "nsenter", "setpriv") if not find(program)]
    return f"{', '.join(missing)} is missing" if missing else None


def find(program):
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


class Root:
    """Same interface as `engine.Container`."""

    def __init__(self, debug):
        self.debug, self.process = debug, None
        self.log_file = ROOT / ".local" / "stream-root.log"

    def build(self):
        self.assemble()
        say("Building the program …")
        if self.debug:
            run(ROOT / "scripts" / "lib" / "build-programs")
        else:
            run("cargo", "build", "--quiet", "--release", "--bin", "stream")
        program = FOLDER / "usr/local/bin/stream"
        shutil.copy2(target_directory() / ("debug" if self.debug else "release") / "stream", program)
        run("strip", "--strip-debug", program)
        models = FOLDER / "opt/models"
        shutil.rmtree(models, ignore_errors=True)
        shutil.copytree(ROOT / "models", models, ignore=shutil.ignore_patterns(".cache"))

    def assemble(self):
        """What the Dockerfile's last stage begins with; kept until functions/stream/runtime-root changes."""
        recipe = hashlib.sha256(RUNTIME_ROOT.read_bytes()).hexdigest()
        done = FOLDER / ".recipe"
        if done.is_file() and done.read_text() == recipe:
            return
        say(f"Assembling a Debian {SUITE} in {FOLDER.relative_to(ROOT)} …")
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.parent.mkdir(exist_ok=True)
        quietly(find("debootstrap"), "--variant=minbase", SUITE, FOLDER, MIRROR)
        inside_path = f"/usr/local/sbin/{RUNTIME_ROOT.name}"
        inside = FOLDER / inside_path.lstrip("/")
        shutil.copy2(RUNTIME_ROOT, inside)
        # Packages come the way this machine gets them: its resolver, its trusted certificates, its proxies.
        trusted = FOLDER / "run" / "trusted.crt"
        shutil.copy2("/etc/resolv.conf", FOLDER / "etc")
        shutil.copy2(ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt", trusted)
        kept = ("http_proxy", "https_proxy", "no_proxy", "pip_index_url", "pip_extra_index_url")
        environment = {name: value for name, value in os.environ.items() if name.lower() in kept}
        environment |= {"PATH": SYSTEM_PATH, "PIP_CERT": f"/run/{trusted.name}"}
        script = f'mount --bind /proc "{FOLDER}/proc" && exec chroot "{FOLDER}" {inside_path}'
        quietly("unshare", "--mount", "sh", "-c", script, env=environment)
        trusted.unlink()
        inside.unlink()
        done.write_text(recipe)

    def start(self, environment):
        # A mount namespace with the root bound read-only, a writable /tmp, and no right of root's left.
        script = f"""
            set -e
            mount --bind "{FOLDER}" "{FOLDER}"
            mount --bind /proc "{FOLDER}/proc"
            mount --rbind /dev "{FOLDER}/dev"
            mount -t tmpfs -o mode=1777 tmpfs "{FOLDER}/tmp"
            mount -o remount,bind,ro "{FOLDER}"
            exec chroot "{FOLDER}" setpriv --reuid {USER} --regid {USER} --clear-groups --no-new-privs \
                --bounding-set=-all --inh-caps=-all /usr/local/bin/stream"""
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
                env={"PATH": SYSTEM_PATH, **image_environment(), **environment},
                stdout=log,
                stderr=log,
            )

    def succeeds(self, *command):
        inside = ["nsenter", "--target", str(self.process.pid), "--mount", "--root", "--wd=/"]
        inside += ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", *command]
        return subprocess.run(inside, capture_output=True).returncode == 0

    def terminate(self):
        self.process.terminate()

    def wait(self, seconds):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"The program does not end within {seconds} s of SIGTERM.") from None

    def log(self):
        return self.log_file.read_text(errors="replace")

    def remove(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def image_environment():
    """The variables that the Dockerfile gives the image."""
    last_stage = DOCKERFILE.read_text().rpartition("\nFROM ")[2].replace("\\\n", " ")
    instruction = re.search(r"^ENV (.*)$", last_stage, re.M).group(1)
    return dict(pair.split("=", 1) for pair in instruction.split())


def quietly(*command, **options):
    """Shows the output of a command that failed, and nothing else."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise Failure(f"{done.stdout[-3000:]}\n{command[0]} failed.")
