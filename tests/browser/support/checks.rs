//! What must hold on every page, whatever it shows.

use serde_json::Value;

use super::screen::is_passing;
use super::{Chrome, Device};

/// Most bytes a first visit to any page may take over the wire, compressed.
const FIRST_LOAD: u64 = 60_000;
/// Keys a page may leave on the device: choices about the look of the portal, nothing of a patient.
const OWN_KEYS: &[&str] = &["nascondi"];

/// The width of the page's content, and the elements that stick out of the window.
const WIDTH: &str = "
    const limit = arguments[0];
    const hidden = (e) => { for (; e && e !== document.body; e = e.parentElement) {
        const s = getComputedStyle(e);
        if (s.overflowX !== 'visible' || s.position === 'fixed') return true;
    } return false; };
    const out = [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > limit + 1 && !hidden(e))
        .slice(0, 3).map((e) => e.outerHTML.slice(0, 160));
    return [document.documentElement.scrollWidth, ...out];";

/// The main headings a reader meets: those of the dialog where one is open.
const HEADINGS: &str = "
    const page = document.querySelector('dialog[open]') ?? document;
    return [...page.querySelectorAll('h1')].filter((e) => e.checkVisibility()).map((e) => e.innerText);";

/// What the page keeps on the device.
const STORED: &str = "
    const done = arguments[0];
    (async () => {
        const bases = (await indexedDB.databases()).map((base) => base.name);
        const caches_ = await caches.keys();
        return [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...bases, ...caches_,
            ...document.cookie.split(';').map((c) => c.trim()).filter((c) => c)];
    })().then(done, (e) => done(['unreadable: ' + e]));";

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect()
}

impl Chrome {
    /// Checks the page that is open; `place` names it in the message of a failure.
    pub async fn check(&self, place: &str) {
        self.check_widths(place).await;
        let headings = strings(&self.ask(HEADINGS, Vec::new()).await);
        assert!(headings.len() == 1, "{place}: not one main heading: {headings:?}");
        self.check_console(place).await;
        self.check_storage(place).await;
    }

    /// What a script says of the page; once more when the page went to another while it was asked.
    async fn ask(&self, script: &str, arguments: Vec<Value>) -> Value {
        let mut said = self.driver.execute(script, arguments.clone()).await;
        if said.as_ref().is_err_and(is_passing) {
            said = self.driver.execute(script, arguments).await;
        }
        said.unwrap().json().clone()
    }

    /// Takes from the console the one line a browser writes for a page with status 4xx.
    pub async fn forgive_refusal(&self) {
        let said = self.driver.browser_log().await.unwrap();
        let other: Vec<_> =
            said.iter().filter(|entry| !entry.message.contains("the server responded with a status of 4")).collect();
        assert!(other.is_empty(), "the console says {other:#?}");
    }

    async fn check_widths(&self, place: &str) {
        let own = self.device.size().0;
        let widths: &[u32] = if self.device == Device::Phone { &[320, own] } else { &[own] };
        for width in widths {
            if *width != own {
                self.set_width(Some(*width)).await;
            }
            let mut found = strings(&self.ask(WIDTH, vec![Value::from(*width)]).await);
            let content: u32 = found.remove(0).parse().unwrap();
            if *width != own {
                self.set_width(None).await;
            }
            assert!(content <= *width, "{place}: {content} px of content at {width}: {found:#?}");
        }
    }

    async fn check_console(&self, place: &str) {
        let said = self.driver.browser_log().await.unwrap();
        let bad: Vec<_> = said.iter().filter(|entry| entry.level == "SEVERE" || entry.level == "WARNING").collect();
        assert!(bad.is_empty(), "{place}: the console says {bad:#?}");
    }

    async fn check_storage(&self, place: &str) {
        let kept = self.driver.execute_async(STORED, Vec::new()).await.unwrap();
        let kept: Vec<_> = strings(kept.json()).into_iter().filter(|key| !OWN_KEYS.contains(&key.as_str())).collect();
        assert!(kept.is_empty(), "{place}: kept on the device, or readable by scripts: {kept:?}");
    }

    /// Bytes received since the last time it was asked.
    pub async fn received(&self) -> u64 {
        let events = self.driver.get_log("performance").await.unwrap();
        let length = |entry: &str| {
            let event: Value = serde_json::from_str(entry).ok()?;
            let message = event.get("message")?;
            let finished = message.get("method")? == "Network.loadingFinished";
            finished.then(|| message["params"]["encodedDataLength"].as_f64().unwrap_or(0.0) as u64)
        };
        events.iter().filter_map(|entry| length(&entry.message)).sum()
    }

    /// Opens an address and answers the bytes of everything it loads; more than a first visit may take is a failure.
    pub async fn weigh(&self, address: &str) -> u64 {
        let _before = self.received().await;
        self.driver.goto(address).await.unwrap();
        let bytes = self.received().await;
        assert!(bytes > 0, "{address}: nothing was counted");
        assert!(bytes <= FIRST_LOAD, "{address}: {bytes} bytes on a first visit");
        bytes
    }
}
