//! A user in front of the browser: reads labels, taps, types, and looks at every page on the way.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use thirtyfour::prelude::{ElementQueryable as _, ElementWaitable as _};
use thirtyfour::{By, WebElement};

use super::{Chrome, Demo};

/// Longest wait for something to appear.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// One walk through the portal.
pub struct Screen {
    pub chrome: Chrome,
    pub demo: Demo,
    case: String,
    step: AtomicU32,
    weigh: bool,
}

fn screenshots() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Text in an XPath. Labels of ours have no double quotes.
fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "{text}");
    format!("\"{text}\"")
}

impl Screen {
    /// A browser in front of a new demo. With `weigh`, every page is loaded once more with a cold cache and weighed.
    pub fn new(chrome: Chrome, demo: Demo, weigh: bool) -> Self {
        let scripts = if chrome.scripts { "js" } else { "nojs" };
        let case = format!("{}-{scripts}", chrome.device.name());
        Self { chrome, demo, case, step: AtomicU32::new(0), weigh }
    }

    /// Opens an address of the portal.
    pub async fn open(&self, path: &str) {
        self.chrome.driver.goto(format!("{}{path}", self.demo.address)).await.unwrap();
    }

    /// The path that is open.
    pub async fn path(&self) -> String {
        self.chrome.driver.current_url().await.unwrap().path().to_owned()
    }

    /// The whole address that is open.
    pub async fn address(&self) -> String {
        self.chrome.driver.current_url().await.unwrap().to_string()
    }

    /// The visible text of the page, white space folded.
    pub async fn text(&self) -> String {
        let body = self.find("body").await;
        body.text().await.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The first visible element `css` selects, awaited.
    pub async fn find(&self, css: &str) -> WebElement {
        self.await_one(By::Css(css.to_owned()), css).await
    }

    /// Waits until the page says `text`.
    pub async fn expect(&self, text: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let page = self.text().await;
            if page.contains(text) {
                return;
            }
            if tokio::time::Instant::now() > deadline {
                self.picture("failure").await;
                panic!("{} {}: no «{text}» in: {page}", self.case, self.path().await);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Taps the link, button or label whose visible text is, or begins with, `text`.
    pub async fn tap(&self, text: &str) {
        let starts = format!("starts-with(normalize-space(.), {})", quoted(text));
        let path = format!("//a[{starts}] | //button[{starts}] | //label[{starts}] | //summary[{starts}]");
        self.press(&self.await_one(By::XPath(path), text).await).await;
    }

    /// Taps the button whose visible text begins with `text`.
    pub async fn tap_button(&self, text: &str) {
        let path = format!("//button[not(@tabindex='-1')][starts-with(normalize-space(.), {})]", quoted(text));
        self.press(&self.await_one(By::XPath(path), text).await).await;
    }

    /// Taps the link or button that begins with `text`, in the `tag` that also says `near`.
    pub async fn tap_in(&self, tag: &str, near: &str, text: &str) {
        let starts = format!("starts-with(normalize-space(.), {})", quoted(text));
        let within = format!("//{tag}[contains(., {})]", quoted(near));
        let path = format!("{within}//a[{starts}] | {within}//button[{starts}]");
        self.press(&self.await_one(By::XPath(path), text).await).await;
    }

    /// Ticks the box whose label says `text`.
    pub async fn tick(&self, text: &str) {
        let path = format!("//label[contains(., {})]//input[@type='checkbox']", quoted(text));
        self.press(&self.await_one(By::XPath(path), text).await).await;
    }

    /// Taps the first visible element `css` selects.
    pub async fn tap_on(&self, css: &str) {
        self.press(&self.find(css).await).await;
    }

    /// Types into the field `css` selects, in place of what it held.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        self.bring_into_view(&field).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses the option whose text begins with `text`.
    pub async fn choose(&self, css: &str, text: &str) {
        let select = self.find(css).await;
        let option = format!("./option[starts-with(normalize-space(.), {})]", quoted(text));
        let option = select.find(By::XPath(option)).await.unwrap_or_else(|error| panic!("{css}: {text}: {error}"));
        option.click().await.unwrap();
    }

    /// Chooses the option at that place, from 0.
    pub async fn choose_nth(&self, css: &str, place: usize) {
        let select = self.find(css).await;
        let options = select.find_all(By::Tag("option")).await.unwrap();
        options[place].click().await.unwrap();
    }

    /// As [`Screen::look`], at a page that came with a refusal: its status is in the console, nothing else may be.
    pub async fn look_at_refusal(&self, name: &str) {
        self.chrome.forgive_refusal().await;
        let step = self.step.fetch_add(1, Ordering::SeqCst);
        let name = format!("{step:02}-{name}");
        self.picture(&name).await;
        self.chrome.check(&format!("{} {name}", self.case)).await;
    }

    /// Checks the page that is open, and keeps a picture of it.
    pub async fn look(&self, name: &str) {
        let step = self.step.fetch_add(1, Ordering::SeqCst);
        let name = format!("{step:02}-{name}");
        self.picture(&name).await;
        self.chrome.check(&format!("{} {name}", self.case)).await;
        if self.weigh {
            let bytes = self.chrome.check_weight(&format!("{} {name}", self.case)).await;
            println!("{} {name}: {bytes} bytes on a first visit", self.case);
        }
    }

    /// Writes the whole page, however long, as `target/screenshots/{case}-{name}.png`.
    async fn picture(&self, name: &str) {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.chrome.driver.cdp().send_raw("Page.captureScreenshot", whole).await.unwrap();
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, taken["data"].as_str().unwrap());
        std::fs::write(screenshots().join(format!("{}-{name}.png", self.case)), bytes.unwrap()).unwrap();
    }

    async fn await_one(&self, by: By, what: &str) -> WebElement {
        let query = self.chrome.driver.query(by).wait(PATIENCE, LOOK_EVERY).and_displayed();
        match query.first().await {
            Ok(found) => found,
            Err(_) => {
                self.picture("failure").await;
                panic!("{} {}: no «{what}» in: {}", self.case, self.path().await, self.raw_text().await)
            }
        }
    }

    async fn raw_text(&self) -> String {
        let body = self.chrome.driver.find(By::Tag("body")).await.unwrap();
        body.text().await.unwrap_or_default()
    }

    async fn press(&self, element: &WebElement) {
        self.bring_into_view(element).await;
        element.wait_until().wait(PATIENCE, LOOK_EVERY).clickable().await.unwrap();
        element.click().await.unwrap();
    }

    /// To the middle of the window, where no fixed bar covers it.
    async fn bring_into_view(&self, element: &WebElement) {
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        self.chrome.driver.execute(script, vec![element.to_json().unwrap()]).await.unwrap();
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.chrome.driver.quit().await.unwrap();
    }
}
