//! `POST /auth/register`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::{ApiError, ApiResult};
use http::HeaderMap;
use serde_json::json;
use shared::access::Counter;
use shared::access::codes::NewCode;
use shared::auth::Line;
use shared::http::{ClientAddress, Fields, FromFields, Invalid, Valid, created, ok};
use shared::identity::Email;
use shared::identity::NewPassword;
use shared::identity::Role;
use shared::identity::password::{self, GivenPassword, PasswordHash};
use shared::store::{CodePurpose, Registration, SignUp, Store, StoreError, User, unless_busy};

use crate::App;
use crate::browser::Browser;
use crate::limits::{SIGN_UPS, limit};
use crate::tokens::Cookies;

/// How often a sign-up is tried again when others with the same address were first.
const ROUNDS: usize = 16;

pub struct Register {
    email: Email,
    password: NewPassword,
    role: Role,
    first_name: Line<1, 100>,
    last_name: Option<Line<0, 100>>,
    company: Option<Line<0, 200>>,
}

impl FromFields for Register {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let email = fields.required::<Email>("email");
        let password = fields.required::<NewPassword>("password");
        let confirmed = fields.required::<GivenPassword>("confirmPassword");
        let role = fields.required::<Role>("role");
        let first_name = fields.required::<Line<1, 100>>("firstName");
        let last_name = fields.optional::<Line<0, 100>>("lastName");
        let company = fields.optional("company");
        if let (Ok(password), Ok(confirmed)) = (&password, &confirmed)
            && !password.is(confirmed)
        {
            fields.reject("confirmPassword must be the same as password");
        }
        if let (Ok(password), Ok(email)) = (&password, &email) {
            let first = first_name.as_ref().map_or("", |name| name.0.as_str());
            let last = last_name.as_ref().ok().and_then(Option::as_ref).map_or("", |name| name.0.as_str());
            if password.tells(&[email.as_str(), email.local_part(), first, last, &format!("{first}{last}")]) {
                fields.reject(format!("password {}", NewPassword::TELLS));
            }
        }
        if let (Ok(role), Ok(email)) = (&role, &email)
            && let Err(sentence) = role.check_address(email)
        {
            fields.reject(sentence);
        }
        Ok(Self {
            email: email?,
            password: password?,
            role: role?,
            first_name: first_name?,
            last_name: last_name?,
            company: company?,
        })
    }
}

/// Makes an account and mails a code that proves its address. Several people may sign up with an address that
/// nobody has proved: what counts is what was registered in the browser in which the code is entered.
pub async fn register(
    State(state): State<App>,
    Extension(cookies): Cookies,
    client: ClientAddress,
    headers: HeaderMap,
    Valid(body): Valid<Register>,
) -> ApiResult<Response> {
    limit(&state.context, &SIGN_UPS, &client).await?;
    let store = &state.context.store;
    let owner = store.user_by_email(&body.email).await?;
    if owner.as_ref().is_some_and(|user| user.email_verified) {
        return Err(taken());
    }
    let email = body.email.clone();
    let typed = GivenPassword(body.password.0.clone());
    let registration = Registration {
        password_hash: Some(password::hash(body.password.0).await?),
        first_name: body.first_name.0,
        last_name: body.last_name.map(|name| name.0).unwrap_or_default(),
        company: body.company.map(|company| company.0).unwrap_or_default(),
        role: body.role,
    };
    let browser = Browser::of(&headers);
    if let Some(cookie) = browser.cookie(&state.context) {
        cookies.set(cookie);
    }
    let sign_up = SignUp { browser: browser.hash(&state.context), registration };
    let (user, is_new) = match owner {
        Some(user) => (user, false),
        None => made(store, &email, &sign_up).await?,
    };
    if !is_new {
        join(store, &user, &sign_up, &typed).await?;
    }
    let code = NewCode::new(email.clone(), CodePurpose::SignUp, user.id);
    state.codes.send(&code, &Counter::Address).await?;
    let data = json!({"email": email});
    Ok(if is_new {
        created("Account created. We have mailed you a code.", data).into_response()
    } else {
        ok("We have mailed you a code. Enter it to finish signing up.", data).into_response()
    })
}

/// The account for a first sign-up, and whether this one made it.
async fn made(store: &Store, email: &Email, sign_up: &SignUp) -> ApiResult<(User, bool)> {
    let mut user = User::new(email.clone(), sign_up.registration.clone());
    user.sign_up(sign_up.clone(), &[]);
    if store.create_user(&user).await? {
        return Ok((user, true));
    }
    // The same address was registered by another request at this very moment.
    Ok((store.user_by_email(email).await?.ok_or_else(taken)?, false))
}

/// Adds a sign-up to those with the same address. One with the same password is by the same person, who may have
/// pressed the button twice.
async fn join(store: &Store, user: &User, sign_up: &SignUp, typed: &GivenPassword) -> ApiResult<()> {
    for _ in 0..ROUNDS {
        let seen = store.user(&user.id).await?.filter(|user| !user.email_verified).ok_or_else(taken)?;
        let mut same: Vec<PasswordHash> = Vec::new();
        for earlier in seen.sign_ups.iter().filter(|earlier| earlier.browser != sign_up.browser) {
            let hash = earlier.registration.password_hash.clone();
            if password::verify(typed.0.clone(), hash.clone()).await? {
                same.extend(hash);
            }
        }
        let mut joined = seen;
        joined.sign_up(sign_up.clone(), &same);
        if unless_busy(store.replace_user(joined).await)? {
            return Ok(());
        }
        // Another was first, perhaps with the same password.
    }
    Err(StoreError::Busy("too many sign-ups with one address".into()).into())
}

fn taken() -> ApiError {
    ApiError::conflict("email_taken", "This e-mail address is already registered. Please sign in.")
}
