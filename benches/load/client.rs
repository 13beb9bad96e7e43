//! The load: connections that ask one thing after the other, as fast as they are answered.

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// What one run of a load saw.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    /// Answers in a second.
    pub per_second: f64,
    /// Half of the answers came within this.
    pub p50: Duration,
    /// All but one in a hundred came within this.
    pub p99: Duration,
}

impl Measure {
    /// Sums up the times of the answers of a run that lasted `wall`.
    pub fn of(mut times: Vec<Duration>, wall: Duration) -> Self {
        times.sort_unstable();
        let at = |part: usize| times.get(times.len().saturating_sub(1) * part / 100).copied().unwrap_or_default();
        Self { per_second: times.len() as f64 / wall.as_secs_f64(), p50: at(50), p99: at(99) }
    }

    /// The middle one of several runs, by answers in a second.
    pub fn median(mut runs: Vec<Self>) -> Self {
        runs.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
        runs.swap_remove(runs.len() / 2)
    }
}

struct Connection {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::with_capacity(64 * 1024, stream), body: Vec::new() })
    }

    /// Sends one request and reads its whole answer; the status.
    async fn ask(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.get_mut().write_all(request).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, line.clone()))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? <= 2 {
                break;
            }
            let lower = line.to_ascii_lowercase();
            chunked |= lower.starts_with("transfer-encoding: chunked");
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| Error::new(ErrorKind::InvalidData, lower.clone()))?;
            }
        }
        if chunked {
            self.read_chunks().await?;
        } else {
            self.body.resize(length, 0);
            self.stream.read_exact(&mut self.body).await?;
        }
        Ok(status)
    }

    /// A compressed answer has no length of its own.
    async fn read_chunks(&mut self) -> Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let length =
                usize::from_str_radix(line.trim(), 16).map_err(|_| Error::new(ErrorKind::InvalidData, line.clone()))?;
            // The chunk and its line end.
            self.body.resize(length + 2, 0);
            self.stream.read_exact(&mut self.body).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}

/// A GET as a browser sends it, which asks for compression.
pub fn get(address: &str, path: &str, cookie: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nAccept: text/html\r\n\
         Accept-Encoding: gzip, deflate, br\r\n\r\n"
    )
    .into_bytes()
}

/// Runs one connection for each list of requests, all at once, for `length`. Every answer must be a 200.
pub async fn run(address: &str, requests: &[Vec<Vec<u8>>], length: Duration) -> Measure {
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for own in requests {
        let (address, own) = (address.to_owned(), Arc::new(own.clone()));
        tasks.spawn(async move {
            let mut connection = Connection::open(&address).await.unwrap();
            let mut times = Vec::new();
            for request in own.iter().cycle() {
                if start.elapsed() > length {
                    break;
                }
                let asked = Instant::now();
                let status = connection.ask(request).await.unwrap();
                assert_eq!(status, 200, "{}", String::from_utf8_lossy(request));
                times.push(asked.elapsed());
            }
            times
        });
    }
    let mut times = Vec::new();
    while let Some(own) = tasks.join_next().await {
        times.extend(own.unwrap());
    }
    Measure::of(times, start.elapsed())
}
