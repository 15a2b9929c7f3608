"""Pictures as SVG from plain values: charts, tile maps and the pipeline. Knows no definitions."""
