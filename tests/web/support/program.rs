//! A program of the studio: holds a token, speaks JSON, and compares every answer with the document that the portal serves.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::TestApp;
use super::app::PASSWORD;

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }

    /// The fields that are wrong.
    pub fn wrong(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

/// A client with or without a token.
#[derive(Clone)]
pub struct Program {
    client: Client,
    base: String,
    pub token: Option<String>,
    document: Arc<Mutex<Option<Value>>>,
}

impl TestApp {
    /// A program nobody has given a token.
    pub fn program(&self) -> Program {
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        Program { client, base: self.address.clone(), token: None, document: Arc::default() }
    }

    /// A program that `username` has connected with the tests' password.
    pub async fn connect(&self, username: &str) -> Program {
        let program = self.program();
        let wanted = json!({"username": username, "password": PASSWORD, "client": "Gestione studio"});
        let given = program.post("/api/v1/token", &wanted).await;
        given.assert_status(201);
        program.with_token(given.body["token"].as_str().unwrap())
    }
}

impl Program {
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string()), &[("content-type", "application/json")]).await
    }

    /// Sends anything; the answer must be one that the document describes.
    pub async fn send(&self, method: Method, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let answer = self.send_raw(method.clone(), path, body, headers).await;
        self.compare(&method, path, &answer).await;
        answer
    }

    /// Sends anything, without a comparison: for what is no operation of the document.
    pub async fn send_raw(&self, method: Method, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        assert!(headers.get("set-cookie").is_none(), "{path} sets a cookie");
        assert_eq!(headers.get("cache-control").unwrap(), "no-store", "{path}");
        Answer { status, headers, bytes, body }
    }

    /// The document, asked for once.
    pub async fn document(&self) -> Value {
        let mut kept = self.document.lock().await;
        if kept.is_none() {
            let answer = self.send_raw(Method::GET, "/api/v1/openapi.json", None, &[]).await;
            answer.assert_status(200);
            *kept = Some(answer.body);
        }
        kept.clone().unwrap()
    }

    async fn compare(&self, method: &Method, path: &str, answer: &Answer) {
        let document = self.document().await;
        let path = path.split('?').next().unwrap();
        let method = method.as_str().to_lowercase();
        let described = document["paths"].as_object().unwrap();
        // An address without placeholders goes before one that would also fit.
        let item =
            described.get(path).or_else(|| described.iter().find(|(known, _)| fits(known, path)).map(|(_, item)| item));
        let operation = &item.unwrap_or_else(|| panic!("{path} is not in the document"))[&method];
        let status = answer.status.to_string();
        let response = &operation["responses"][&status];
        assert!(
            response.is_object(),
            "{method} {path} answers {status}, which the document does not know: {}",
            answer.body
        );
        let Some(content) = response["content"].as_object() else {
            assert!(answer.bytes.is_empty(), "{method} {path}: {status} has a body that the document does not know");
            return;
        };
        let kind = answer.header("content-type").unwrap_or_default();
        let known: BTreeMap<&str, &Value> = content.iter().map(|(kind, media)| (kind.as_str(), media)).collect();
        let media = known.get(kind.as_str()).unwrap_or_else(|| panic!("{method} {path}: {status} as {kind}"));
        if kind.ends_with("json") {
            let mut schema = media["schema"].clone();
            schema["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let wrong: Vec<String> = validator.iter_errors(&answer.body).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{method} {path}: {status} is not as described: {wrong:?}\n{}", answer.body);
        }
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len() && wanted.iter().zip(&given).all(|(want, part)| want == part || want.starts_with('{'))
}
