//! Who acts and the form they posted, as one argument of a handler: the guard answers first, then the form's token.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::web::csrf::{self, CsrfForm};
use crate::web::desk;

/// Whose pages make the forms that a guard lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeIn {
    /// A doctor's archive: the form is good for the doctor it was made for, and no other.
    Archive,
    /// The pages about oneself (password, sessions, choice of the doctor): whichever doctor has been chosen meanwhile.
    Account,
    /// The pages before login: whoever has entered meanwhile, in another window, may still send a form that was made for a
    /// visitor of this browser.
    Entrance,
}

/// A guard that may stand before a form.
pub trait Guard: FromRequest {
    /// Where the forms it lets through were made.
    const FORMS: MadeIn;
}

/// A guard, and the form that was posted to it, its token already checked.
///
/// The body is read before the guard is asked, for a guard that turns somebody away keeps the form for its author.
pub struct Posted<G, T>(pub G, pub CsrfForm<T>);

impl<G, T> FromRequest for Posted<G, T>
where
    G: Guard + 'static,
    T: DeserializeOwned + 'static,
{
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, mut payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let fields = csrf::read_fields(&mut payload).await?;
            desk::note(&req, &fields);
            let guard = G::from_request(&req, &mut payload).await.map_err(Into::into)?;
            Ok(Self(guard, CsrfForm::checked(&req, fields, G::FORMS)?))
        })
    }
}
