"""Makes test/golden/data/architectures: tiny encoders of random weights, each as its publisher's library saves it, and
what that library gives for a few texts.

    python -m venv VENV && VENV/bin/pip install torch transformers sentence-transformers model2vec
    VENV/bin/python test/golden/make_architecture_goldens.py

Made with torch 2.14.1, transformers 5.24.0, sentence-transformers 6.2.0, model2vec 0.10.0, tokenizers 0.23.3, on the CPU in
single precision. All of these have the architectures natively, NomicBERT too; its names in the files are those of the
publisher's own repository, which transformers reads and writes.
"""

import base64
import json
import shutil
from pathlib import Path

import numpy
import torch
import transformers
from model2vec import StaticModel
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TARGET = Path(__file__).parent / "data" / "architectures"
HIDDEN, HEADS, INNER, LAYERS, POSITIONS = 32, 4, 48, 2, 80

LONG = " ".join(f"The {n}th fox of {n * 7} jumps over the lazy dog, and rests." for n in range(12))
TEXTS = [
    "The cat sat on the mat.",
    "def add(a, b):\n    return a + b  # the sum",
    "Don't panic! It's only a test -- isn't it?",
    "Café naïve, cafe\u0301 nai\u0308ve: ÀÉÎ ﬁ ½ Ⅷ",
    "日本語のテキスト und Größe, привет мир",
    "emoji 😀👩‍💻 and\ttabs,  two  spaces \u00a0 and a <mask> or [MASK] or </s> inside",
    "",
    " ",
    "x",
    "E = mc^2, where c = 299,792,458 m/s; x_1 <= 3.14e-10",
    LONG,
]


def odd_texts(count=100):
    """Texts that tokenizers have trouble with, of pieces drawn by a fixed rule."""
    pieces = list("etaoin shrdlu,.!?'-_()[]{}<>=+*/\\\"\n\t0123456789²½Ⅷ٣éüßǅŁøñ") + [
        "  ", "   ", "\r\n", "\u00a0", "\u2003", "\u200b", "\u200d", "\ufeff", "\u0085", "\u2028", "\u3000", "\u180e", "e\u0301",
        "\u0327\u0301", "\u1100\u1161\u11a8", "ﬁ", "①", "Σ", "İ", "日本", "語", "カ", "한", "न", "नि", "العربية", "😀", "👩‍💻", "🇩🇪", "𝒳", "\U0002070e",
        "\U000105d2\u0307", "\u088f", "don't", "I'VE", "'LL", "’re", "the", "fox ", "Rest", "<s>", "</s>", " <mask>", "[MASK] ", "[CLS]", "##s", "▁", "Ġ",
    ]
    state, texts = 1, []
    for _ in range(count):
        text = ""
        state = state * 48271 % 2147483647
        for _ in range(1 + state % 24):
            state = state * 48271 % 2147483647
            text += pieces[state % len(pieces)]
        texts.append(text)
    return texts


ODD = odd_texts()
CORPUS = TEXTS * 3 + [word for text in TEXTS for word in text.split()]


def word_piece(cased, cls="[CLS]", sep="[SEP]", pad="[PAD]", unknown="[UNK]", mask="[MASK]"):
    tokenizer = Tokenizer(models.WordPiece(unk_token=unknown))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased, strip_accents=None)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    specials = [pad, unknown, cls, sep, mask] if pad == "[PAD]" else [cls, pad, sep, unknown, mask]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=330, special_tokens=specials))
    return tokenizer


def template(tokenizer, cls, sep):
    ids = [(token, tokenizer.token_to_id(token)) for token in (cls, sep)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} $B:1 {sep}:1", special_tokens=ids
    )
    return tokenizer


def bert_words(cased=False):
    return template(word_piece(cased), "[CLS]", "[SEP]")


def mpnet_words():
    """As all-mpnet-base-v2 has it: BERT's words between RoBERTa's special tokens, a mask that takes the space before it."""
    tokenizer = word_piece(False, "<s>", "</s>", "<pad>", "[UNK]", "<mask>")
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    ids = {token: tokenizer.token_to_id(token) for token in ("<s>", "</s>")}
    tokenizer.post_processor = processors.RobertaProcessing(
        sep=("</s>", ids["</s>"]), cls_token=("<s>", ids["<s>"]), trim_offsets=True, add_prefix_space=False
    )
    return tokenizer


def byte_pairs(cut, specials, normalizer=None, **options):
    """Bytes, then pairs of them, of texts that are cut so."""
    tokenizer = Tokenizer(models.BPE(**options))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = cut
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=specials, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def roberta_words(add_prefix_space=False):
    """As RoBERTa has it."""
    cut = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space, trim_offsets=True)
    tokenizer = byte_pairs(cut, ["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    ids = {token: tokenizer.token_to_id(token) for token in ("<s>", "</s>")}
    tokenizer.post_processor = processors.RobertaProcessing(
        sep=("</s>", ids["</s>"]), cls_token=("<s>", ids["<s>"]), trim_offsets=True, add_prefix_space=add_prefix_space
    )
    return tokenizer


def modernbert_words():
    """As ModernBERT has it: NFC, bytes, runs of spaces among the added tokens."""
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True)
    tokenizer = byte_pairs(cut, ["[UNK]", "[CLS]", "[SEP]", "[PAD]"], normalizers.NFC())
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True, normalized=False)])
    tokenizer.add_tokens([AddedToken(" " * count, normalized=True) for count in range(4, 1, -1)])
    return template(tokenizer, "[CLS]", "[SEP]")


def newer_byte_words():
    """As newer byte-level files have it: an expression that cuts the text, then bytes without one, and whole words first."""
    expression = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    cut = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(expression), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=False),
        ]
    )
    tokenizer = byte_pairs(cut, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], ignore_merges=True)
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
            ),
        ]
    )
    return tokenizer


def unigram_words():
    """As XLM-RoBERTa has it, but for the character map, which only SentencePiece makes."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    return template(tokenizer, "<s>", "</s>")


def randomise(model):
    """Weights that make every part count: norms that are none of 1 and 0, products of about the size of what goes in."""
    for name, value in model.named_parameters():
        if value.dim() > 1:
            scale = 1.0 if "embedding" in name else 1.5 / value.shape[-1] ** 0.5
            torch.nn.init.normal_(value, std=scale)
        else:
            torch.nn.init.normal_(value, mean=1.0 if name.endswith("weight") else 0.0, std=0.2)


def stored_as(model, kind):
    """The model with the numbers that are left when it is saved in a type, which is what the file holds. What is computed
    beside them (angles of positions) stays in single precision."""
    for value in model.parameters():
        value.data = value.data.to(kind).to(torch.float32)
    return model


def base64_of(values):
    return base64.b64encode(numpy.asarray(values, dtype="<f4").tobytes()).decode()


def tokens_of(tokenizer, limit, texts=TEXTS):
    tokenizer = Tokenizer.from_str(tokenizer.to_str())
    tokenizer.no_padding()
    if limit is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(limit)
    return [tokenizer.encode(text).ids for text in texts]


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def write_golden(folder, limit, ids, states, odd):
    """`states[text][layer]` is the mean over tokens, from the embeddings to the last; `odd` are ids of odd texts."""
    rows = [{"ids": one, "layers": [base64_of(layer) for layer in layers]} for one, layers in zip(ids, states)]
    write_json(folder / "golden.json", {"maxTokens": limit, "items": rows, "odd": odd})


def network(name, cls, config, tokenizer, limit, kind=torch.float32, wrap=None, edit=None, shard=None, names=None):
    """Saves a network of random weights; `wrap` is the class with a head that the file is of."""
    torch.manual_seed(sum(map(ord, name)))
    folder = TARGET / name
    folder.mkdir(parents=True)
    whole = (wrap or cls)(config)
    randomise(whole)
    whole = stored_as(whole.eval(), kind)
    inner = whole if wrap is None else getattr(whole, whole.base_model_prefix)
    ids = tokens_of(tokenizer, limit)
    states = []
    with torch.no_grad():
        for one in ids:
            given = inner(torch.tensor([one]), attention_mask=torch.ones(1, len(one), dtype=torch.long), output_hidden_states=True)
            states.append([state[0].mean(0) for state in (*given.hidden_states[:-1], given.last_hidden_state)])
    whole.to(kind).save_pretrained(folder, **({} if shard is None else {"max_shard_size": shard}))
    if names is not None:
        file = folder / "model.safetensors"
        save_file({names(key): value for key, value in load_file(file).items()}, file, {"format": "pt"})
    saved = json.loads((folder / "config.json").read_text())
    write_json(folder / "config.json", saved if edit is None else edit(saved))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write_golden(folder, limit, ids, states, tokens_of(tokenizer, limit, ODD))


def sizes(tokenizer, **more):
    return dict(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        **more,
    )


def bert():
    tokenizer = bert_words()
    config = transformers.BertConfig(**sizes(tokenizer, max_position_embeddings=POSITIONS))
    network("bert", transformers.BertModel, config, tokenizer, POSITIONS)
    # A whole network for pre-training, with the names that Google's first files had, by tanh, in halves, in two parts.
    tokenizer = bert_words(cased=True)
    config = transformers.BertConfig(
        **sizes(tokenizer, max_position_embeddings=POSITIONS), hidden_act="gelu_new", layer_norm_eps=1e-3
    )
    network(
        "bert-tanh-split", transformers.BertModel, config, tokenizer, POSITIONS, kind=torch.float16, shard="40KB",
        wrap=transformers.BertForMaskedLM,
    )
    config = transformers.BertConfig(**sizes(tokenizer, max_position_embeddings=POSITIONS), hidden_act="relu")
    network(
        "bert-gamma", transformers.BertModel, config, tokenizer, POSITIONS, kind=torch.bfloat16,
        names=lambda key: key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
    )


def roberta():
    tokenizer = roberta_words()
    config = transformers.RobertaConfig(
        **sizes(tokenizer, max_position_embeddings=POSITIONS + 2, type_vocab_size=1, layer_norm_eps=1e-5)
    )
    network(
        "roberta", transformers.RobertaModel, config, tokenizer, POSITIONS, kind=torch.bfloat16,
        wrap=transformers.RobertaForMaskedLM,
    )
    tokenizer = newer_byte_words()
    config = transformers.RobertaConfig(
        **sizes(tokenizer, max_position_embeddings=POSITIONS + 2, type_vocab_size=1, layer_norm_eps=1e-5)
    )
    network("roberta-newer-words", transformers.RobertaModel, config, tokenizer, POSITIONS, kind=torch.float16)
    tokenizer = unigram_words()
    config = transformers.XLMRobertaConfig(
        **sizes(tokenizer, max_position_embeddings=POSITIONS + 2, type_vocab_size=1, layer_norm_eps=1e-5)
    )
    network("xlm-roberta", transformers.XLMRobertaModel, config, tokenizer, POSITIONS, kind=torch.float16)


def distilbert():
    tokenizer = bert_words()
    config = transformers.DistilBertConfig(
        vocab_size=tokenizer.get_vocab_size(), dim=HIDDEN, hidden_dim=INNER, n_layers=LAYERS, n_heads=HEADS,
        max_position_embeddings=POSITIONS,
    )
    network(
        "distilbert", transformers.DistilBertModel, config, tokenizer, POSITIONS, kind=torch.float16,
        wrap=transformers.DistilBertForMaskedLM,
    )


def mpnet():
    tokenizer = mpnet_words()
    # Room for distances beyond the last bucket; the first position is the one behind the padding's id.
    config = transformers.MPNetConfig(
        **sizes(tokenizer, max_position_embeddings=202), layer_norm_eps=1e-5
    )
    network("mpnet", transformers.MPNetModel, config, tokenizer, 200, kind=torch.float16)


def modernbert():
    tokenizer = modernbert_words()
    special = {f"{name}_token_id": tokenizer.token_to_id(token) for name, token in
               {"pad": "[PAD]", "eos": "[SEP]", "bos": "[CLS]", "cls": "[CLS]", "sep": "[SEP]"}.items()}
    config = transformers.ModernBertConfig(
        **{**sizes(tokenizer, max_position_embeddings=200), "num_hidden_layers": 4}, **special, local_attention=16,
    )
    network(
        "modernbert", transformers.ModernBertModel, config, tokenizer, 200, kind=torch.bfloat16,
        wrap=transformers.ModernBertForMaskedLM,
    )

    def older(saved):
        """As the publisher's own repository has it."""
        rope = saved.pop("rope_parameters")
        del saved["layer_types"]
        return {
            **saved,
            "global_attn_every_n_layers": 2,
            "global_rope_theta": rope["full_attention"]["rope_theta"],
            "local_rope_theta": rope["sliding_attention"]["rope_theta"],
        }

    config = transformers.ModernBertConfig(
        **{**sizes(tokenizer, max_position_embeddings=200), "num_hidden_layers": 3}, **special, local_attention=10,
        global_attn_every_n_layers=2, global_rope_theta=5000.0, local_rope_theta=70.0, norm_bias=True, mlp_bias=True,
        attention_bias=True, hidden_activation="silu", norm_eps=1e-3,
    )
    network("modernbert-older", transformers.ModernBertModel, config, tokenizer, 200, kind=torch.float16, edit=older)


def nomic():
    tokenizer = bert_words()
    config = transformers.NomicBertConfig(**sizes(tokenizer, max_position_embeddings=200))
    network("nomic-renamed", transformers.NomicBertModel, config, tokenizer, 200, kind=torch.float16)

    def publishers(saved):
        """The entries of nomic-embed-text-v1.5's config.json that say what the network is."""
        return {
            "architectures": ["NomicBertModel"], "model_type": "nomic_bert", "activation_function": "swiglu", "causal": False,
            "layer_norm_epsilon": saved["layer_norm_eps"], "max_trained_positions": 200, "mlp_fc1_bias": False,
            "mlp_fc2_bias": False, "n_embd": HIDDEN, "n_head": HEADS, "n_inner": INNER, "n_layer": LAYERS, "n_positions": 200,
            "parallel_block": False, "prenorm": False, "qkv_proj_bias": False, "rotary_emb_base": 500,
            "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": False, "rotary_emb_scale_base": None,
            "rotary_scaling_factor": None, "type_vocab_size": 2, "use_rms_norm": False, "vocab_size": saved["vocab_size"],
        }

    config = transformers.NomicBertConfig(
        **sizes(tokenizer, max_position_embeddings=200), rope_parameters={"rope_type": "default", "rope_theta": 500.0}
    )
    network("nomic", transformers.NomicBertModel, config, tokenizer, 200, kind=torch.float16, edit=publishers)


def static():
    tokenizer = bert_words()
    torch.manual_seed(1)
    module = StaticEmbedding(tokenizer, embedding_dim=HIDDEN)
    model = SentenceTransformer(modules=[module], device="cpu")
    folder = TARGET / "static"
    model.save(str(folder), create_model_card=False)
    ids, odd = ([tokenizer.encode(text, add_special_tokens=False).ids for text in texts] for texts in (TEXTS, ODD))
    vectors = model.encode(TEXTS)
    write_golden(folder, None, ids, [[vector] for vector in vectors], odd)

    # model2vec: fewer rows than tokens, one weight for every token; a token that is not known counts for nothing.
    rng = numpy.random.default_rng(2)
    tokens = tokenizer.get_vocab_size()
    plain = StaticModel(
        rng.normal(size=(50, HIDDEN)).astype("float32"), tokenizer, config={"normalize": True}, normalize=True,
        weights=rng.uniform(0.1, 2, tokens).astype("float32"), token_mapping=rng.integers(0, 50, tokens),
    )
    folder = TARGET / "model2vec"
    plain.save_pretrained(str(folder))
    write_golden(folder, 512, ids, [[vector] for vector in plain.encode(TEXTS)], odd)
    for unwanted in folder.rglob("*.md"):
        unwanted.unlink()


if __name__ == "__main__":
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    write_json(TARGET / "texts.json", {"texts": TEXTS, "odd": ODD})
    for make in (bert, roberta, distilbert, mpnet, modernbert, nomic, static):
        make()
