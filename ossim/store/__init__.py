"""Results on disk: the folder of a run, blocks of a NetCDF file, fields in zarr, provenance."""
