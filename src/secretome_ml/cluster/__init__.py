"""Work on a Dask cluster, and files in object stores: one file or fold, one task; what is done is kept."""
