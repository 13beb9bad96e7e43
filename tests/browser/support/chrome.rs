//! Chromium behind a chromedriver of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{CapabilitiesHelper as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use crate::process::{Process, free_port};

/// A corner of one pixel that changes all the time, without being seen.
const DRAWING: &str = "
    html::before {
        content: ''; position: fixed; inset: 0 auto auto 0; width: 1px; height: 1px; animation: drawing 1s infinite;
    }
    @keyframes drawing { from { opacity: 0.001; } to { opacity: 0.002; background: white; } }";

/// What the page is looked at on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// 390 x 844, touch.
    Phone,
    /// 1280 x 800, mouse.
    Desk,
}

impl Device {
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Desk => (1280, 800),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "390",
            Self::Desk => "1280",
        }
    }
}

/// The program of that name in the search path.
pub fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A browser with an empty profile.
pub struct Chrome {
    pub driver: WebDriver,
    pub device: Device,
    pub scripts: bool,
    _server: Server,
}

/// The driver's own process; asked to end before it is killed, because it takes its browser with it.
struct Server {
    process: Process,
    port: u16,
    profile: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let _ = stream.read(&mut [0; 256]);
        }
        self.process.wait(Duration::from_secs(10));
        // A driver that hangs leaves its browser running; the mark in the profile is `host-process`.
        let mark = std::fs::read_link(self.profile.path().join("SingletonLock")).unwrap_or_default();
        if let Some((_, id)) = mark.to_str().and_then(|mark| mark.rsplit_once('-')) {
            let _ = Command::new("kill").args(["-KILL", id]).status();
        }
    }
}

impl Chrome {
    /// Starts a browser.
    pub async fn start(device: Device, scripts: bool) -> Self {
        let port = free_port();
        let mut command = Command::new(program("chromedriver").unwrap());
        let process = Process::start("chromedriver", command.arg(format!("--port={port}")));
        let server = Server { process, port, profile: TempDir::new().unwrap() };
        let driver = connect(port, device, scripts, server.profile.path().to_str().unwrap()).await;
        Self { driver, device, scripts, _server: server }
    }

    /// Pretends a cold cache on every page from now on.
    pub async fn forget_cache(&self) {
        let off = json!({ "cacheDisabled": true });
        self.driver.cdp().send_raw("Network.setCacheDisabled", off).await.unwrap();
    }

    /// The whole page, however long, as a PNG. Fails when the page goes to another while it is taken.
    pub async fn picture(&self) -> WebDriverResult<Vec<u8>> {
        // A command of the driver waits for a page that is on its way; the inspector's do not.
        self.driver.execute("return document.readyState;", Vec::new()).await?;
        self.start_drawing().await?;
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.driver.cdp().send_raw("Page.captureScreenshot", whole).await?;
        for domain in ["CSS.disable", "DOM.disable"] {
            self.driver.cdp().send_raw(domain, json!({})).await?;
        }
        let text = taken["data"].as_str().unwrap();
        Ok(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap())
    }

    /// Keeps the open page drawing frames: a picture waits for a frame, and a page that a form answered with its own
    /// address, or one that fits the window, may draw none by itself. A sheet of the inspector is no part of the page, so
    /// neither its policy nor switched off scripts are in the way.
    async fn start_drawing(&self) -> WebDriverResult<()> {
        let cdp = self.driver.cdp();
        let tree = cdp.send_raw("Page.getFrameTree", json!({})).await?;
        cdp.send_raw("DOM.enable", json!({})).await?;
        cdp.send_raw("CSS.enable", json!({})).await?;
        let frame = json!({ "frameId": tree["frameTree"]["frame"]["id"] });
        let sheet = cdp.send_raw("CSS.createStyleSheet", frame).await?;
        let text = json!({ "styleSheetId": sheet["styleSheetId"], "text": DRAWING });
        cdp.send_raw("CSS.setStyleSheetText", text).await.map(drop)
    }

    /// Sets the width of the window; the device's own when `None`.
    pub async fn set_width(&self, width: Option<u32>) {
        let (own, height) = self.device.size();
        let phone = self.device == Device::Phone;
        let metrics = json!({
            "width": width.unwrap_or(own), "height": height, "mobile": phone,
            "deviceScaleFactor": if phone { 2 } else { 1 },
        });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    }
}

async fn connect(port: u16, device: Device, scripts: bool, profile: &str) -> WebDriver {
    let mut wanted = DesiredCapabilities::chrome();
    let (width, height) = device.size();
    let arguments = [
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--hide-scrollbars".to_owned(),
        "--lang=it-IT".to_owned(),
        format!("--window-size={width},{height}"),
        format!("--user-data-dir={profile}"),
    ];
    for argument in &arguments {
        wanted.add_arg(argument).unwrap();
    }
    wanted.set_binary(program("chromium").unwrap().to_str().unwrap()).unwrap();
    // Its password manager would cover the page with questions about demo passwords.
    let preferences = json!({
        "credentials_enable_service": false,
        "profile.password_manager_leak_detection": false,
        "profile.managed_default_content_settings.javascript": if scripts { 1 } else { 2 },
    });
    wanted.add_experimental_option("prefs", preferences).unwrap();
    if device == Device::Phone {
        // Where scripts are off, a tap sent by the driver is never answered: there the phone has a mouse.
        let metrics = json!({ "width": width, "height": height, "pixelRatio": 2.0, "touch": scripts, "mobile": true });
        wanted.add_experimental_option("mobileEmulation", json!({ "deviceMetrics": metrics })).unwrap();
    }
    wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All).unwrap();
    wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All).unwrap();
    wanted.set("timeouts", json!({ "implicit": 0, "pageLoad": 60_000, "script": 30_000 })).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match WebDriver::new(format!("http://127.0.0.1:{port}"), wanted.clone()).await {
            Ok(driver) => return driver,
            Err(error) if Instant::now() > deadline => panic!("no browser: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}
