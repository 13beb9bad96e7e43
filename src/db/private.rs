//! The embedded database is readable by its owner alone.

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Makes the file before SQLite does, which would let everybody read it, and takes from others what they may read of an
/// older one. SQLite gives its log and its index the rights of the file.
/// Fails when the file cannot be made or opened.
pub(super) fn keep(file: &Path) -> std::io::Result<()> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(file)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        tighten(&PathBuf::from(name));
    }
    Ok(())
}

fn tighten(file: &Path) {
    let open = file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0);
    if open && let Err(error) = std::fs::set_permissions(file, Permissions::from_mode(0o600)) {
        tracing::warn!(%error, "others may read the database's file, and its rights cannot be changed");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_new_file_is_private_and_an_old_one_becomes_so() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
        keep(&folder.path().join("new")).unwrap();
        assert_eq!(mode("new"), 0o600);
        std::fs::write(folder.path().join("old"), "kept").unwrap();
        std::fs::write(folder.path().join("old-wal"), "").unwrap();
        std::fs::set_permissions(folder.path().join("old-wal"), Permissions::from_mode(0o644)).unwrap();
        keep(&folder.path().join("old")).unwrap();
        assert_eq!((mode("old"), mode("old-wal")), (0o600, 0o600));
        assert_eq!(std::fs::read_to_string(folder.path().join("old")).unwrap(), "kept");
        assert!(keep(&folder.path().join("none/there")).is_err());
    }
}
