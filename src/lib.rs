//! Millecloud.
