//! A browser without a screen: keeps cookies, follows redirects, says where its requests come from.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex};

use reqwest::{Client, Method, redirect};

use super::page::Page;

/// Cookies and a client.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    base: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    compressed: bool,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        // Twice is harmless: the second installation is refused, the first one stays.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { client, base: base.to_owned(), cookies: Arc::default(), compressed: false }
    }

    /// Asks for compressed pages, as a browser with a screen does.
    pub fn compressed(self) -> Self {
        Self { compressed: true, ..self }
    }

    /// Opens an address, following redirects.
    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[], &[], true).await
    }

    /// Opens an address without following redirects.
    pub async fn get_raw(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[], &[], false).await
    }

    /// Opens an address with extra headers, without following redirects.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.send(Method::GET, path, &[], headers, false).await
    }

    /// Posts fields as a page of ours would, following redirects.
    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        self.send(Method::POST, path, fields, &[("sec-fetch-site", "same-origin")], true).await
    }

    /// Posts fields with the given headers and nothing else, without following redirects.
    pub async fn post_raw(&self, path: &str, fields: &[(String, String)], headers: &[(&str, &str)]) -> Page {
        self.send(Method::POST, path, fields, headers, false).await
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Puts a cookie in place, as a thief would.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        fields: &[(String, String)],
        headers: &[(&str, &str)],
        follow: bool,
    ) -> Page {
        let mut page = self.once(method, path, fields, headers).await;
        for _ in 0..10 {
            let Some(location) = page.header("location").filter(|_| follow && page.status / 100 == 3) else { break };
            page = self.once(Method::GET, &location, &[], &[]).await;
        }
        page
    }

    async fn once(&self, method: Method, path: &str, fields: &[(String, String)], headers: &[(&str, &str)]) -> Page {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if self.compressed {
            request = request.header("accept-encoding", "gzip");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method == Method::POST {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            self.store(cookie.to_str().unwrap());
        }
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body = if headers.get("content-encoding").is_some_and(|coding| self.compressed && coding == "gzip") {
            let (bytes, mut text) = (answer.bytes().await.unwrap(), String::new());
            flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
            text
        } else {
            answer.text().await.unwrap()
        };
        Page { status, headers, body, path: path.to_owned(), browser: self.clone() }
    }

    fn store(&self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        let mut jar = self.cookies.lock().unwrap();
        if attributes.contains("Max-Age=0") || value.is_empty() {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }
}
