"""A command whose `--help` shows its options in groups, by what they are for."""

from collections.abc import Mapping, Sequence

import click

OTHER = "Options"

GROUPS: Mapping[str, Sequence[str]] = {
    "Which part": ("start", "end"),
    "What to recognize": (
        "model",
        "language",
        "task",
        "channels",
        "track",
        "hotwords",
        "initial_prompt",
        "beam_size",
        "vad_threshold",
        "speakers",
        "voices",
    ),
    "What to write": (
        "out",
        "formats",
        "caption_line_length",
        "caption_lines",
        "names",
        "vocabulary",
        "consistent_names",
        "replace",
        "word_filter",
        "word_filter_method",
        "redact",
        "redact_audio",
        "tolerated_loss",
        "report",
        "as_json",
    ),
    "On this machine": (
        "workers",
        "device",
        "compute_type",
        "chunk_tiles",
        "work",
        "fresh",
        "verbose",
    ),
    "On AWS": ("stack", "no_wait", "region", "profile", "endpoint_url"),
}


class Grouped(click.Command):
    """Options are shown in the order of their group; those of no group come last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group of options under its title."""
        params = self.get_params(ctx)
        options = {each.name: each for each in params if isinstance(each, click.Option)}
        grouped = {name for names in GROUPS.values() for name in names}
        other = [name for name in options if name not in grouped]
        for title, names in (*GROUPS.items(), (OTHER, other)):
            found = [options[name].get_help_record(ctx) for name in names if name in options]
            if rows := [row for row in found if row]:
                with formatter.section(title):
                    formatter.write_dl(rows)
