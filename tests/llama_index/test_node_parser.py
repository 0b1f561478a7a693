"""The passage splitter as a LlamaIndex node parser."""

from hypothesis import given
from hypothesis import strategies as st
from llama_index.core import Document
from llama_index.core.ingestion import IngestionCache, IngestionPipeline
from llama_index.core.node_parser import NodeParser, SentenceSplitter
from llama_index.core.schema import NodeRelationship, TextNode

from rag import PassageNodeParser
from rag.embedding.bundled import BundledEncoder
from rag.ingest.splitter import split_article
from rag.types.article import Article

PROSE = "The harvest in the river valleys failed and the price of bread doubled before the winter came. " * 40

HARVEST = Document(id_="harvest", text=PROSE, metadata={"title": "The harvest"})


def parse(parser: NodeParser, *documents: Document) -> list[TextNode]:
    return [node for node in parser.get_nodes_from_documents(documents) if isinstance(node, TextNode)]


def test_its_nodes_are_the_library_s_passages(encoder: BundledEncoder) -> None:
    passages = split_article(Article("harvest", "The harvest", PROSE), encoder.count_tokens)
    nodes = parse(PassageNodeParser(), HARVEST)
    assert len(nodes) > 2
    assert [(node.start_char_idx, node.end_char_idx, node.text) for node in nodes] == [
        (passage.start, passage.end, passage.text) for passage in passages
    ]
    assert nodes == parse(PassageNodeParser(encoder), HARVEST)


def test_nodes_know_their_document_and_their_neighbours() -> None:
    first, second, *_ = parse(PassageNodeParser(), HARVEST)
    assert first.ref_doc_id == second.ref_doc_id == "harvest"
    assert first.metadata == {"title": "The harvest"}
    assert first.next_node is not None
    assert first.next_node.node_id == second.node_id
    assert NodeRelationship.PREVIOUS not in first.relationships


@given(st.lists(st.sampled_from(["Bread is dear. ", "It rains.\n\n", "No one came. ", "# Bread\n\n"]), max_size=400))
def test_offsets_are_exact_in_texts_that_repeat_themselves(sentences: list[str]) -> None:
    text = "".join(sentences)
    end = 0
    for node in parse(PassageNodeParser(), Document(text=text)):
        assert text[node.start_char_idx : node.end_char_idx] == node.text
        assert node.start_char_idx is not None
        assert node.start_char_idx >= end
        end = node.end_char_idx or 0


def test_offsets_count_the_document_s_characters_after_another_parser() -> None:
    document = Document(id_="harvest", text=PROSE)
    coarse = SentenceSplitter(chunk_size=512, chunk_overlap=0).get_nodes_from_documents([document])
    for node in PassageNodeParser()(coarse):
        assert isinstance(node, TextNode)
        assert PROSE[node.start_char_idx : node.end_char_idx] == node.text
        assert node.ref_doc_id == "harvest"


def test_ids_are_the_same_each_time_and_differ_between_documents() -> None:
    documents = [Document(id_="one-harvest", text=PROSE), Document(id_="other-harvest", text=PROSE)]
    ids = [node.node_id for node in parse(PassageNodeParser(), *documents)]
    assert len(set(ids)) == len(ids)
    assert ids == [node.node_id for node in parse(PassageNodeParser(), *documents)]


def test_it_runs_in_an_ingestion_pipeline_with_the_encoder_and_a_cache(encoder: BundledEncoder) -> None:
    documents = [Document(id_="harvest", text=PROSE), Document(id_="rain", text="It rained for a week.")]
    pipeline = IngestionPipeline(transformations=[PassageNodeParser(), encoder], cache=IngestionCache())
    nodes = pipeline.run(documents=documents)
    assert {node.ref_doc_id for node in nodes} == {"harvest", "rain"}
    assert all(len(node.embedding or []) == encoder.dimension for node in nodes)
    assert pipeline.run(documents=documents) == nodes
