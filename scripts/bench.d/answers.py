"""Prints what `bench_answers` measured: the table of the shared scorer, and the pages and the context."""

import importlib.util
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LIKELY = (
    "This page most likely",
    "These pages most likely",
    "Am wahrscheinlichsten",
    "Lo más probable",
    "Cette page en",
    "Ces pages en",
)
NOT_HELD = ("I found no answer", "In Ihren Handbüchern habe ich keine", "No encontré", "Je n’ai pas trouvé")


def read(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines() if line.strip()]


def outcome(answer):
    if any(start in answer for start in NOT_HELD):
        return "not held"
    return "likely" if answer.startswith(LIKELY) else "answered"


def share(part, whole):
    return f"{part / max(1, whole):.3f}"


def squeezed(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


def print_warnings(questions, answers, score, details):
    """How many of the warnings that the questions list are in the text of the answers, and in their data."""
    pairs = [(question, wanted) for question in questions for wanted in question["warnings"]]
    data = {name: " ".join(warning["text"] for warning in answer["warnings"]) for name, answer in answers.items()}
    in_text = [squeezed(wanted) in squeezed(answers[question["id"]]["answer"]) for question, wanted in pairs]
    in_data = [squeezed(wanted) in squeezed(data[question["id"]]) for question, wanted in pairs]
    lost = [not_in_text(answers[question["id"]]) for question in questions]
    print(f"warnings of the questions: {len(pairs)}, in the text {sum(in_text)}, in the data {sum(in_data)}")
    count = sum(len(answers[question["id"]]["warnings"]) for question in questions)
    print(f"warnings in the data of all answers: {count}, not in the text {sum(map(len, lost))}")
    if details:
        for (question, wanted), text, kept in zip(pairs, in_text, in_data, strict=True):
            if not (text and kept):
                missing = f"{'' if text else 'not in the text'} {'' if kept else 'not in the data'}"
                print(f"  {question['id']} {missing}: {wanted}")


def not_in_text(answer):
    """The warnings of an answer's data that its text does not have."""
    text = squeezed(answer["answer"])
    return [warning for warning in answer["warnings"] if squeezed(warning["text"]) not in text]


def main():
    folder, answers_file, options = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    spec = importlib.util.spec_from_file_location("score", folder / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    answers = {answer["id"]: answer for answer in read(answers_file)}
    questions = [question for question in read(folder / "questions.jsonl") if question["id"] in answers]
    details = ["--details"] if "--details" in options else []
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as asked:
        asked.writelines(json.dumps(question) + "\n" for question in questions)
        asked.flush()
        subprocess.run([sys.executable, folder / "score.py", asked.name, answers_file, *details], check=True)

    answerable = [question for question in questions if question["answerable"]]
    ranks, held, missing = [], 0, []
    for question in answerable:
        answer = answers[question["id"]]
        right = (place for place, hit in enumerate(answer["hits"]) if score.page_ok(question, [hit]))
        ranks.append(next(right, 99))
        context = score.clean(answer["context"])
        lacks = [pattern for pattern in question["must"] if not re.search(pattern, context, score.F)]
        held += not lacks
        if lacks:
            missing.append(f"{question['id']} {question['question'][:60]}: {' ; '.join(lacks)[:120]}")
    print()
    found = "/".join(share(sum(rank < most for rank in ranks), len(ranks)) for most in (1, 5, 8))
    print(f"right page among the first 1/5/8: {found}")
    print(f"what a language model is given holds the answer: {share(held, len(answerable))}")
    if "--context" in options:
        print("\n".join(missing))
    print_warnings(answerable, answers, score, "--details" in options)
    for title, group in (("answerable", answerable), ("unanswerable", [q for q in questions if not q["answerable"]])):
        outcomes = [outcome(answers[question["id"]]["answer"]) for question in group]
        print(f"{title}: " + ", ".join(f"{outcomes.count(kind)} {kind}" for kind in ("answered", "likely", "not held")))
    stated = [q for q in questions if outcome(answers[q["id"]]["answer"]) == "answered"]
    wrong = [q["id"] for q in stated if score.one(q, answers[q["id"]])["wrong"]]
    print(f"wrong values stated as answered: {len(wrong)} {' '.join(wrong)}")
    both = sum(score.one(question, answers[question["id"]])["both"] for question in answerable)
    floor = next((float(option.split("=")[1]) for option in options if option.startswith("--floor=")), 0.0)
    if both < floor * len(answerable):
        sys.exit(f"value and page are right in {share(both, len(answerable))}, which is below {floor}")
    print(f"milliseconds to search: {statistics.median(answer['milliseconds'] for answer in answers.values()):.0f}")


if __name__ == "__main__":
    main()
