"""Pictures of counts, as SVG."""

from collections import Counter
from collections.abc import Sequence

__all__ = ["bars"]


def bars(sizes: Sequence[int], title: str) -> str:
    """Bars of how many things have each size from 1 on, the largest together."""
    most = 20
    counts = Counter(min(size, most) for size in sizes)
    top = max(counts.values(), default=1)
    drawn = []
    for size in range(1, most + 1):
        height = round(160 * counts[size] / top)
        left = 30 + 26 * (size - 1)
        label = f"{size}" if size < most else f"{most}+"
        drawn += [
            f'<rect x="{left}" y="{180 - height}" width="20" height="{height}" fill="#4477aa"/>',
            f'<text x="{left + 10}" y="196" text-anchor="middle">{label}</text>',
            f'<text x="{left + 10}" y="{176 - height}" text-anchor="middle">{counts[size] or ""}</text>',
        ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 570 222" font-family="sans-serif"'
        ' font-size="10">'
        '<rect width="570" height="222" fill="white"/>'
        + "".join(drawn)
        + f'<text x="285" y="214" text-anchor="middle">{title}</text></svg>\n'
    )
