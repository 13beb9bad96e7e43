//! A user in front of the browser: reads labels, taps, types, and looks at every page on the way.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use thirtyfour::WebElement;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner, WebDriverResult};

use super::{Chrome, Demo, Device};

/// Longest wait for something to appear.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a finger can reach, brought to the middle of the window, where no fixed bar covers it. A box drawn by its label is
/// reached by the label. What lies behind a dialog is not reached.
const REACH: &str = "
    const shown = (e) => {
        const box = e.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && e.checkVisibility({ visibilityProperty: true });
    };
    const reach = (e) => {
        if (!shown(e) && e.labels?.length) e = e.labels[0];
        if (!shown(e)) return null;
        e.scrollIntoView({ block: 'center', behavior: 'instant' });
        const box = e.getClientRects()[0];
        const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return hit && (e.contains(hit) || hit.contains(e) && hit.closest('label')) ? e : null;
    };
    const first = (all) => { for (const e of all) { const r = reach(e); if (r) return r; } return null; };";

/// By selector.
const BY_CSS: &str = "return first(document.querySelectorAll(arguments[0]));";

/// By label, within the elements that say something else too: the whole label, else its beginning, else a part of it.
const BY_LABEL: &str = "
    const [tags, text, within, near] = arguments;
    const said = (e) => (e.innerText ?? '').replace(/\\s+/g, ' ').trim();
    const places = within ? [...document.querySelectorAll(within)].filter((e) => said(e).includes(near)) : [document];
    const all = places.flatMap((place) => [...place.querySelectorAll(tags)]).map((e) => [e, said(e)]);
    const like = (test) => first(all.filter(([, said]) => test(said)).map(([e]) => e));
    return like((s) => s === text) ?? like((s) => s.startsWith(text)) ?? like((s) => s.includes(text));";

/// The visible text, white space folded; none between two pages.
const TEXT: &str = "return (document.body?.innerText ?? '').replace(/\\s+/g, ' ').trim();";

/// One user's way through the portal.
pub struct Screen {
    pub chrome: Chrome,
    pub demo: Arc<Demo>,
    case: String,
    step: AtomicU32,
    /// The addresses looked at, with the name of the first look.
    visited: Mutex<BTreeMap<String, String>>,
}

fn screenshots() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Whether the page moved under the finger, or is not there yet: worth another try.
pub(super) fn is_passing(error: &WebDriverError) -> bool {
    match error.as_inner() {
        WebDriverErrorInner::StaleElementReference(_)
        | WebDriverErrorInner::ElementClickIntercepted(_)
        | WebDriverErrorInner::ElementNotInteractable(_)
        | WebDriverErrorInner::JavascriptError(_) => true,
        // chromedriver's other way to say that the element went with the page it stood on.
        WebDriverErrorInner::UnknownError(_) => error.to_string().contains("does not belong to the document"),
        _ => false,
    }
}

impl Screen {
    /// A new browser in front of a demo; `who` names its pictures.
    pub async fn start(demo: &Arc<Demo>, who: &str, device: Device, scripts: bool) -> Self {
        let chrome = Chrome::start(device, scripts).await;
        let case = format!("{who}-{}-{}", device.name(), if scripts { "js" } else { "nojs" });
        Self { chrome, demo: Arc::clone(demo), case, step: AtomicU32::new(0), visited: Mutex::default() }
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
        let said = self.chrome.driver.execute(TEXT, Vec::new()).await;
        said.ok().and_then(|said| said.convert().ok()).unwrap_or_default()
    }

    /// The visible text of what `css` selects.
    pub async fn text_of(&self, css: &str) -> String {
        let said = self.do_with(css, BY_CSS, vec![css.into()], async |element| element.text().await).await;
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Waits until what `css` selects says `text`, and nothing else.
    pub async fn expect_in(&self, css: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.text_of(css).await != text {
            if Instant::now() > deadline {
                self.give_up(&format!("{text} in {css}")).await;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the page says `text`.
    pub async fn expect(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.text().await.contains(text) {
            if Instant::now() > deadline {
                self.give_up(text).await;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The first element `css` selects that can be reached, awaited.
    pub async fn find(&self, css: &str) -> WebElement {
        self.do_with(css, BY_CSS, vec![css.into()], async |element| Ok(element.clone())).await
    }

    /// Taps the link, button, label or summary that says `text`.
    pub async fn tap(&self, text: &str) {
        self.tap_where("a[href], button, label, summary", text, None).await;
    }

    /// Taps the button that says `text`.
    pub async fn tap_button(&self, text: &str) {
        self.tap_where("button", text, None).await;
    }

    /// Taps the link or button that says `text`, in one of the elements `within` that also say `near`.
    pub async fn tap_in(&self, within: &str, near: &str, text: &str) {
        self.tap_where("a[href], button", text, Some((within, near))).await;
    }

    /// Ticks the box whose label says `text`.
    pub async fn tick(&self, text: &str) {
        self.tap_where("label", text, None).await;
    }

    async fn tap_where(&self, tags: &str, text: &str, place: Option<(&str, &str)>) {
        let (within, near) = place.unzip();
        let arguments = vec![tags.into(), text.into(), within.into(), near.into()];
        self.do_with(text, BY_LABEL, arguments, async |element| element.click().await).await;
    }

    /// Taps the first element `css` selects.
    pub async fn tap_on(&self, css: &str) {
        self.do_with(css, BY_CSS, vec![css.into()], async |element| element.click().await).await;
    }

    /// Types into the field `css` selects, in place of what it held.
    pub async fn fill(&self, css: &str, text: &str) {
        let write = async |field: &WebElement| {
            field.clear().await?;
            field.send_keys(text).await
        };
        self.do_with(css, BY_CSS, vec![css.into()], write).await;
    }

    /// Fills in the login that is open.
    pub async fn log_in(&self, username: &str, password: &str) {
        self.fill("[name=username]", username).await;
        self.fill("[name=password]", password).await;
        self.tap_button("ACCEDI").await;
    }

    /// Opens Millelight and logs in as the demo's user of that role.
    pub async fn enter(&self, role: &str) {
        let (username, password) = self.demo.user(role);
        self.open("/millelight").await;
        self.log_in(username, password).await;
        self.expect("PAZIENTI").await;
    }

    /// Whether the page ran its own script.
    pub async fn runs_scripts(&self) -> bool {
        let mark = "return document.documentElement.classList.contains('js');";
        self.chrome.driver.execute(mark, Vec::new()).await.unwrap().convert().unwrap()
    }

    /// Chooses in the list `css` selects the option whose text begins with `text`.
    pub async fn choose(&self, css: &str, text: &str) {
        let pick = "return [...arguments[0].options].findIndex((o) => o.text.trim().startsWith(arguments[1]));";
        let list = self.find(css).await;
        let found = self.chrome.driver.execute(pick, vec![list.to_json().unwrap(), text.into()]).await.unwrap();
        let place = usize::try_from(found.convert::<i64>().unwrap());
        self.choose_nth(css, place.unwrap_or_else(|_| panic!("{}: {css} has no «{text}»", self.case))).await;
    }

    /// Chooses the option at that place, from 0.
    pub async fn choose_nth(&self, css: &str, place: usize) {
        let list = self.find(css).await;
        let options = list.find_all(thirtyfour::By::Tag("option")).await.unwrap();
        options[place].click().await.unwrap();
    }

    /// Gives a date to the field `css` selects; how it is typed depends on the browser's language.
    pub async fn fill_date(&self, css: &str, date: &str) {
        let field = self.find(css).await;
        let arguments = vec![field.to_json().unwrap(), date.into()];
        self.chrome.driver.execute("arguments[0].value = arguments[1];", arguments).await.unwrap();
    }

    /// Checks the page that is open, and keeps a picture of it; answers where.
    pub async fn look(&self, name: &str) -> PathBuf {
        let name = self.look_once(name).await;
        let path = self.path().await;
        let picture = self.picture_of(&name);
        self.visited.lock().unwrap().entry(path).or_insert(name);
        picture
    }

    /// As [`Screen::look`], at a page that came with a refusal: its status is in the console, nothing else may be.
    pub async fn look_at_refusal(&self, name: &str) {
        self.chrome.forgive_refusal().await;
        self.look_once(name).await;
    }

    async fn look_once(&self, name: &str) -> String {
        let step = self.step.fetch_add(1, Ordering::SeqCst);
        let name = format!("{step:02}-{name}");
        self.picture(&name).await;
        self.chrome.check(&format!("{} {name}", self.case)).await;
        name
    }

    /// Opens every address looked at once more, as on a first visit, and weighs what comes over the wire.
    pub async fn weigh_what_was_seen(&self) {
        self.chrome.forget_cache().await;
        let visited = self.visited.lock().unwrap().clone();
        for (path, name) in visited {
            let bytes = self.chrome.weigh(&format!("{}{path}", self.demo.address)).await;
            println!("{} {name}: {bytes} bytes on a first visit", self.case);
        }
    }

    /// Finds an element by a script that follows [`REACH`], and does something with it; again while the page moves.
    async fn do_with<T>(
        &self,
        what: &str,
        script: &str,
        arguments: Vec<Value>,
        act: impl AsyncFn(&WebElement) -> WebDriverResult<T>,
    ) -> T {
        let script = format!("{REACH}{script}");
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.try_once(&script, arguments.clone(), &act).await {
                Ok(Some(done)) => return done,
                Ok(None) => {}
                Err(error) if is_passing(&error) => {}
                Err(error) => panic!("{}: {what}: {error}", self.case),
            }
            if Instant::now() > deadline {
                self.give_up(what).await;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn try_once<T>(
        &self,
        script: &str,
        arguments: Vec<Value>,
        act: &impl AsyncFn(&WebElement) -> WebDriverResult<T>,
    ) -> WebDriverResult<Option<T>> {
        let found = self.chrome.driver.execute(script, arguments).await?;
        if found.json().is_null() {
            return Ok(None);
        }
        act(&found.element()?).await.map(Some)
    }

    async fn give_up(&self, what: &str) -> ! {
        self.picture("failure").await;
        panic!("{} {}: no «{what}» in: {}", self.case, self.path().await, self.text().await)
    }

    fn picture_of(&self, name: &str) -> PathBuf {
        screenshots().join(format!("{}-{name}.png", self.case))
    }

    /// Writes the whole page as `target/screenshots/{case}-{name}.png`; again while the page moves.
    async fn picture(&self, name: &str) {
        let deadline = Instant::now() + PATIENCE;
        let bytes = loop {
            match self.chrome.picture().await {
                Ok(bytes) => break bytes,
                Err(error) if Instant::now() > deadline => panic!("{} {name}: {error}", self.case),
                Err(_moved) => tokio::time::sleep(LOOK_EVERY).await,
            }
        };
        std::fs::write(self.picture_of(name), bytes).unwrap();
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.chrome.driver.quit().await.unwrap();
    }
}
