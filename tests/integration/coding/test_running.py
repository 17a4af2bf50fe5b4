"""Programs of every language that is installed, run for real in the sandbox."""

import pytest
from tests.integration.coding.conftest import opened

from holdfast.coding.grammars import look
from holdfast.coding.languages import LANGUAGES, describe
from holdfast.coding.records import Case, RunRequest, RunResult, TestRequest
from holdfast.core.errors import InfrastructureError, SandboxUnavailableError, UserError
from holdfast.runtime.sandbox.jobs import Job, Level
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox

FAILING = {
    "python": ("import sys\nprint(input(), sys.argv[1])\n1 / 0\n", 3),
    "bash": ('read line\necho "$line $1"\nnosuchcommand\nexit 1\n', 3),
    "javascript": (
        "const text = require('fs').readFileSync(0, 'utf8').trim();\n"
        "console.log(text, process.argv[2]);\nnull.x;\n",
        3,
    ),
    "c": (
        "#include <stdio.h>\n#include <stdlib.h>\nint main(int n, char **v) {\n  char s[9];\n"
        '  if (scanf("%8s", s) == 1) printf("%s %s\\n", s, v[1]);\n  return 3;\n}\n',
        0,
    ),
    "java": (
        "class Any {\n  public static void main(String[] a) {\n"
        "    System.out.println(new java.util.Scanner(System.in).next() + ' ' + a[0]);\n"
        "    int[] none = {};\n    none[1] = 2;\n  }\n}\n",
        5,
    ),
    "sql": ("SELECT 'hey you' AS said;\n\nSELECT *\nFROM nowhere;\n", 3),
}
UNCOMPILED = {
    "c": ("int main(void) {\n  return x;\n}\n", 2),
}


async def run(sandbox: Sandbox, language: str, code: str, **more: object) -> RunResult:
    info = describe(LANGUAGES[language], sandbox.level)
    if not info.runs:
        pytest.skip(info.reason)
    fields = {"wall_s": 60.0} | more
    async with opened(sandbox, {}) as workshop:
        return await workshop.run(RunRequest(language=language, code=code, **fields))  # type: ignore[arg-type]


@pytest.mark.asyncio
@pytest.mark.parametrize("language", FAILING)
async def test_input_arguments_output_and_the_line_that_failed(sandbox: Sandbox, language: str) -> None:
    code, line = FAILING[language]
    result = await run(sandbox, language, code, stdin="hey\n", args=("you",))
    assert "hey you" in result.stdout
    assert (result.ended, result.ok) == ("exit", False)
    assert (result.place.line if result.place else 0) == line
    assert result.isolation == "namespaces"


@pytest.mark.asyncio
@pytest.mark.parametrize("language", UNCOMPILED)
async def test_what_does_not_compile_is_told_with_its_place(sandbox: Sandbox, language: str) -> None:
    code, line = UNCOMPILED[language]
    result = await run(sandbox, language, code)
    assert (result.stage, result.ok) == ("compile", False)
    assert result.place is not None
    assert result.place.line == line


@pytest.mark.asyncio
async def test_limits_and_figures(sandbox: Sandbox) -> None:
    endless = await run(sandbox, "python", "while True: pass\n", wall_s=0.5)
    assert endless.ended in {"timeout", "cpu"}
    code = "import time\nheld = bytearray(96 << 20)\ntime.sleep(0.3)\nprint('\\x1b[2J\\x07\\u202eheld')\n"
    held = await run(sandbox, "python", code)
    assert held.memory_mb is not None
    assert held.memory_mb > 90
    assert held.stdout == "\\x1b[2J\\x07\\u202eheld\n"


@pytest.mark.asyncio
async def test_what_is_not_run_says_why(sandbox: Sandbox) -> None:
    missing = SandboxUnavailableError("no sandbox holds")
    async with opened(sandbox, {}) as workshop:
        for language, words in (("scala", "not run"), ("rocq", "no checker"), ("cobol", "no language")):
            with pytest.raises(UserError, match=words):
                await workshop.run(RunRequest(language=language, code="x"))
        for fields, words in (
            ({"args": ("a\0b",)}, "zero byte"),
            ({"args": ("a" * 70_000,)}, "arguments"),
            ({"stdin": "a" * 5_000_000}, "input"),
            ({"wall_s": float("nan")}, "seconds"),
            ({"memory_mb": 0}, "MB"),
        ):
            with pytest.raises(UserError, match=words):
                await workshop.run(RunRequest(language="python", code="x", **fields))  # type: ignore[arg-type]
    async with opened(missing, {}) as workshop:  # type: ignore[arg-type]
        with pytest.raises(SandboxUnavailableError, match="no sandbox holds"):
            await workshop.run(RunRequest(language="python", code="x"))
        assert not any(each.runs for each in workshop.languages())


CHEATS = {
    "exit": "import os\ndef f(x):\n    os._exit(0)\n",
    "equal": "class E:\n    def __eq__(self, o): return True\ndef f(x):\n    return E()\n",
    "forged": "print('1 passed')\nimport sys\nsys.exit(0)\n",
    "own tests": "def f(x):\n    return x\ndef test_f(): pass\n",
}


@pytest.mark.asyncio
async def test_python_is_judged_outside_of_the_programs_process(sandbox: Sandbox) -> None:
    tests = "from solution import f\n\ndef test_f():\n    assert f(1) == 2\n"
    async with opened(sandbox, {}) as workshop:
        right = TestRequest(language="python", code="def f(x): return x + 1\n", tests=tests)
        assert (await workshop.test(right)).passed
        for name, code in CHEATS.items():
            report = await workshop.test(TestRequest(language="python", code=code, tests=tests))
            assert not report.passed or report.weak, name
        doctest = 'def f(x):\n    """\n    >>> f(1)\n    3\n    """\n    return x\n'
        (case,) = (await workshop.test(TestRequest(language="python", code=doctest))).cases
        assert (case.passed, case.reason) == (False, "wrong_value")
        none = await workshop.test(TestRequest(language="python", code="x = 1\n"))
        assert (none.passed, none.cases) == (False, ())
        assert "no tests" in none.problem
        unread = await workshop.test(TestRequest(language="python", code="x = 1\n", tests="def ("))
        assert (unread.passed, unread.faulty_tests) == (False, True)


@pytest.mark.asyncio
async def test_other_programs_are_judged_by_what_they_print(sandbox: Sandbox) -> None:
    code = 'read a; if [ "$a" = 3 ]; then echo broken >&2; exit 2; fi; echo $((a + $1))\n'
    cases = (Case("3  \n\n", "1", ("2",)), Case("4", "1", ("2",), "wrong"), Case("5", "3", ("2",)))
    async with opened(sandbox, {}) as workshop:
        report = await workshop.test(TestRequest(language="bash", code=code, cases=cases))
        assert [(each.name, each.passed, each.reason) for each in report.cases] == [
            ("case 1", True, ""),
            ("wrong", False, "wrong_value"),
            ("case 3", False, "raised"),
        ]
        assert "broken" in report.cases[2].message
        with pytest.raises(UserError, match="cases"):
            await workshop.test(TestRequest(language="bash", code=code, tests="assert True"))


PARSED = {
    "bash": ("if true; then echo a; fi\n", "if true; then echo a\n"),
    "javascript": ("let x = () => 1;\n", "let x = () => {;\n"),
    "c": ("int main(void) { return 0; }\n", "int main(void) { return 0;\n"),
    "c++": ("int main() { auto f = [] {}; }\n", "int main() { auto f = [ }\n"),
    "java": ("class A { void f() {} }\n", "class A { void f( {} }\n"),
    "scala": ("object A { def f = 1 }\n", "object A { def f = \n"),
    "sql": ("SELECT a FROM t;\n", "SELECT FROM FROM;\n"),
}


@pytest.mark.asyncio
async def test_every_language_is_read_by_its_grammar(sandbox: Sandbox) -> None:
    pytest.importorskip("tree_sitter")
    for language, (right, wrong) in PARSED.items():
        assert await look(right, LANGUAGES[language], sandbox) is None
        found = await look(wrong, LANGUAGES[language], sandbox)
        assert found is not None, language
        assert (found.kind, found.severity) == ("syntax", "warning")
        assert found.place is not None
        assert found.place.line <= 2


@pytest.mark.asyncio
async def test_the_weaker_level_runs_and_reads_programs_too() -> None:
    weaker = level_sandbox(Level.LANDLOCK)
    try:
        await weaker.run(Job(argv=("true",)))
    except InfrastructureError as error:
        pytest.skip(str(error))
    result = await run(weaker, "c", '#include <stdio.h>\nint main(void) { puts("hey"); return 0; }\n')
    assert (result.stdout, result.isolation) == ("hey\n", "landlock")
    assert result.missing
    assert (await run(weaker, "javascript", "console.log('hey')")).ok
    assert await look(PARSED["c"][0], LANGUAGES["c"], weaker) is None


@pytest.mark.asyncio
async def test_what_no_grammar_looked_at_says_so(sandbox: Sandbox) -> None:
    alone = await look("int x;", LANGUAGES["c"], None)
    hostile = await look("<" * 200_000, LANGUAGES["bash"], sandbox)
    for found in (alone, hostile):
        assert found is not None
        assert (found.kind, found.severity) == ("unchecked", "warning")
    assert await look("anything", LANGUAGES["rocq"], None) is None
