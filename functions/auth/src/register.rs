//! `POST /auth/register`

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use shared::auth::codes::NewCode;
use shared::auth::password::{self, GivenPassword, NewPassword};
use shared::auth::{Email, Line, Role};
use shared::http::{ApiError, ApiResult, ClientAddress, Fields, FromFields, Invalid, Valid, created, ok};
use shared::store::{CodePurpose, Registration, User};

use crate::State;
use crate::limits::{SIGN_UPS, limit};

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
        let first_name = fields.required("firstName");
        let last_name = fields.optional("lastName");
        let company = fields.optional("company");
        if let (Ok(password), Ok(confirmed)) = (&password, &confirmed)
            && !password.is(confirmed)
        {
            fields.reject("confirmPassword must be the same as password");
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

/// Makes an account and mails a code that proves its address. For an address that was never proved,
/// what is given now replaces what was given before, but only once the code mailed with it is given.
pub async fn register(
    Shared(state): Shared<State>,
    client: ClientAddress,
    Valid(body): Valid<Register>,
) -> ApiResult<Response> {
    limit(&state.context, &SIGN_UPS, &client).await?;
    let store = &state.context.store;
    let mut owner = store.user_by_email(&body.email).await?;
    if owner.as_ref().is_some_and(|user| user.email_verified) {
        return Err(taken());
    }
    let email = body.email.clone();
    let registration = Registration {
        password_hash: Some(password::hash(body.password.0).await?),
        first_name: body.first_name.0,
        last_name: body.last_name.map(|name| name.0).unwrap_or_default(),
        company: body.company.map(|company| company.0).unwrap_or_default(),
        role: body.role,
    };
    if owner.is_none() {
        let user = User::new(email.clone(), registration.clone());
        match store.create_user(&user).await {
            Ok(()) => {
                let code =
                    NewCode { email: email.clone(), purpose: CodePurpose::SignUp, user: user.id, registration: None };
                state.codes.send(&code).await?;
                return Ok(
                    created("Account created. We have mailed you a code.", json!({"email": email})).into_response()
                );
            }
            // The same address was registered by another request at this very moment.
            Err(error) if error.is_condition() => owner = store.user_by_email(&email).await?,
            Err(error) => return Err(error.into()),
        }
    }
    let user = owner.filter(|user| !user.email_verified).ok_or_else(taken)?;
    let registration = Some(registration);
    state
        .codes
        .send(&NewCode { email: email.clone(), purpose: CodePurpose::SignUp, user: user.id, registration })
        .await?;
    Ok(ok("We have mailed you a code. Enter it to finish signing up.", json!({"email": email})).into_response())
}

fn taken() -> ApiError {
    ApiError::conflict("email_taken", "This e-mail address is already registered. Please sign in.")
}
