import subprocess
import sys

import pytest

# Typer itself imports pydantic to read the arguments of a command.
HEAVY = {
    "chromadb", "datasketch", "ddgs", "httpx", "huggingface_hub", "jieba", "jinja2", "langchain",
    "langchain_core", "langgraph", "matplotlib", "numpy", "onnxruntime", "openai", "pyphen", "rich",
    "scipy", "sklearn", "trafilatura", "xllamacpp", "yaml",
}  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "import trialogue; dir(trialogue)",
        "from trialogue.commands import main\ntry: main(['--help'])\nexcept SystemExit: pass",
        "from trialogue.commands import main\ntry: main(['synthesize', '-h'])\n"
        "except SystemExit: pass",
        "from trialogue.commands import main\ntry: main(['evaluate', '-h'])\n"
        "except SystemExit: pass",
        "from trialogue.commands import main\ntry: main(['control-study', '-h'])\n"
        "except SystemExit: pass",
    ],
    ids=["import", "help", "help of a command", "help of evaluate", "help of control-study"],
)
def test_nothing_heavy_is_imported_before_it_is_used(code: str) -> None:
    done = subprocess.run(
        (sys.executable, "-c", f"{code}\nimport sys; print('\\n'.join(sys.modules))"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert HEAVY & set(done.stdout.splitlines()) == set()
