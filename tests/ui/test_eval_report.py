"""The newest eval report, in a frame."""

from pathlib import Path

from rag.ui.eval_report import report_html


def test_a_report_is_shown_in_a_frame_that_can_run_nothing(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "report.html").write_text('<p title="x">&amp;</p><script>1</script>', encoding="utf-8")
    html = report_html(tmp_path)
    assert 'sandbox=""' in html
    assert 'srcdoc="&lt;p title=&quot;x&quot;&gt;&amp;amp;' in html
    assert "<script" not in html
    assert "rag eval run" in report_html(tmp_path / "nowhere")
