"""The words in which drawings are told to Vega-Lite."""

from collections.abc import Mapping
from typing import Any

#: A chart, or a part of one, in the JSON language of Vega-Lite. Its grammar is not ours: it knows
#: thousands of names and grows with every version, and Altair hands it over untyped as well.
Spec = dict[str, Any]

#: One row of a chart's data: what a mark of the shape reads, by field. Nothing reads it here.
Datum = Mapping[str, object]

#: The rows of a chart, by the name of the data set that its marks read.
DataSets = dict[str, list[Datum]]
