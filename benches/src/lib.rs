//! criterion benches, the load run, the bulk run.
