//! A peer that asks for a page and never reads it.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

/// How long what was sent may wait for its reader: longer than a phone is in a tunnel.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Ends each connection of `listener` that does not take what it was sent within `limit`. The server itself bounds heads and
/// bodies, not readers; the kernel does, and an accepted connection inherits the setting of its listener.
/// Fails when the kernel refuses. Where it knows no such bound (other systems than Linux) nothing is set.
pub fn bound(listener: &TcpListener, limit: Duration) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(limit))?;
    #[cfg(not(target_os = "linux"))]
    let _ = (listener, limit);
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::io::Write as _;
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn who_never_reads_is_cut_off() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        bound(&listener, Duration::from_secs(1)).unwrap();
        let _deaf = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut served, _) = listener.accept().unwrap();
        // Far beyond a test's patience: without the bound the write below would wait for ever.
        served.set_write_timeout(Some(Duration::from_secs(40))).unwrap();
        let page = vec![b'x'; 1 << 20];
        let ended = (0..64).find_map(|_| served.write_all(&page).err()).unwrap();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }
}
