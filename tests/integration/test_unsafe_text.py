# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core makes of the answers of a survey, which AWX hands on as `!unsafe` text.

This is the one difference between cores that users meet: see core_differences.py.
"""

from __future__ import annotations

from core_differences import PARSES_UNSAFE_TEXT

ANSWERS = {"007": 7, "1.10": 1.1, "on": True, "0x1F": 31, "uploads": "uploads", '"007"': '"007"'}


def test_a_text_of_a_survey_arrives_as_its_core_reads_it(play, tmp_path):
    lines = [f"answer_{number}: !unsafe '{text}'" for number, text in enumerate(ANSWERS)]
    (tmp_path / "answers.yml").write_text("\n".join(lines) + "\n")
    run = play("unsafe_text", "--extra-vars", f"@{tmp_path / 'answers.yml'}")
    arrived = [run["Show the answers"]["msg"][number] for number in range(len(ANSWERS))]
    assert arrived == (list(ANSWERS.values()) if PARSES_UNSAFE_TEXT else list(ANSWERS))
