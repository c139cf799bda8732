//! criterion benches, the load run, side-by-side runs.
