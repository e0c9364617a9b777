"""In: folders that sinter kept draws in. Out: for each, as JSON, what ArviZ finds there: groups, shapes, its own summary, statistics."""

import json
import math
import sys
import warnings

warnings.simplefilter("ignore")
import arviz as az  # noqa: E402
import xarray as xr  # noqa: E402


def numbers(values):
    return [x if math.isfinite(x) else None for x in values]


def found(path):
    # What az.from_zarr says to do with Zarr 3 installed.
    data = az.InferenceData.from_datatree(xr.open_datatree(path, engine="zarr"))
    table = az.summary(data, round_to="none")
    stats = data.sample_stats
    return {
        "groups": sorted(data.groups()),
        "shapes": {name: list(values.shape) for name, values in data.posterior.items()},
        "dims": {name: list(values.dims) for name, values in data.posterior.items()},
        "rows": {name: dict(zip(table.columns, numbers(row))) for name, row in zip(table.index, table.values.tolist())},
        "diverging": int(stats["diverging"].sum()),
        "types": {name: str(values.dtype) for name, values in stats.items()},
        "steps": int(stats["n_steps"].sum()),
        "bfmi": az.bfmi(data).tolist(),
        "observed": {name: values.values.tolist() for name, values in data.observed_data.items()},
        "library": data.posterior.attrs["inference_library"],
    }


json.dump([found(path) for path in sys.argv[1:]], sys.stdout)
