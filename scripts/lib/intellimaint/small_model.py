"""A small real language model behind an OpenAI-compatible server that is not ours, in a process of its own."""

import secrets
import subprocess

from intellimaint import ROOT, http
from intellimaint.local_system import free_ports, wait_for_health

FOLDER = ROOT / "scripts" / "end-to-end.d"
WINDOW = 2048  # tokens of a prompt and its answer together


class SmallModel:
    """Installed and started; its log is `.local/language-model.log`."""

    ANSWER_TOKENS = 120

    def __enter__(self):
        subprocess.run([FOLDER / "install"], check=True)
        self.url = f"http://127.0.0.1:{free_ports(1)[0]}"
        self.key = secrets.token_hex(16)
        folder = ROOT / ".local"
        folder.mkdir(exist_ok=True)
        self.log = (folder / "language-model.log").open("wb")
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self.log.close()

    def environment(self):
        """What a system needs to ask it. Pages and answers are small, as its window is."""
        return {
            "LANGUAGE_MODEL": "openai",
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "OPENAI_API_KEY": self.key,
            "OPENAI_MODEL": "smollm2-135m",  # any name will do: its server has one model
            "CONTEXT_TOKENS": "500",
            "ANSWER_TOKENS": str(self.ANSWER_TOKENS),
        }

    def start(self, key=None, grammar=""):
        """With another key the system's requests are refused. A grammar (GBNF) says what answers must look like."""
        port = self.url.rpartition(":")[2]
        command = [ROOT / ".venv" / "bin" / "python", FOLDER / "serve.py", f"--port={port}", f"--window={WINDOW}"]
        command += [f"--key={key or self.key}", f"--grammar={grammar}"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        wait_for_health(port, self.process)

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def restart(self, **options):
        self.kill()
        self.start(**options)

    def figures(self):
        """What its server does and has done since its start, by the names of its metrics."""
        answer = http.send("GET", f"{self.url}/metrics", headers={"Authorization": f"Bearer {self.key}"})
        lines = (line.removeprefix("llamacpp:").split() for line in answer.text.splitlines() if line[:1] != "#")
        return {name: float(value) for name, value in lines}
