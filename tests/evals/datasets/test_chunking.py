"""The chunking benchmark's published files."""

import json
from pathlib import Path

from evals.datasets.chunking import ChunkingQuestion, load_documents, load_questions, write_articles


def test_the_published_files_are_read_and_the_documents_kept_to_the_character(tmp_path: Path) -> None:
    text = "\nFirst line. \r\nSecond \u00a0line “quoted”.\n\n"
    (tmp_path / "speech.md").write_bytes(text.encode())
    references = json.dumps([{"content": "First", "start_index": 1, "end_index": 6}]).replace('"', '""')
    (tmp_path / "questions.csv").write_text(f'question,references,corpus_id\n"One, or two?","{references}",speech\n')

    documents = load_documents(tmp_path)
    write_articles(documents, tmp_path / "all.jsonl")
    lines = (tmp_path / "all.jsonl").read_text().splitlines()

    assert load_questions(tmp_path / "questions.csv") == [ChunkingQuestion("One, or two?", "speech", ((1, 6),))]
    assert [json.loads(line)["text"] for line in lines] == [text]
