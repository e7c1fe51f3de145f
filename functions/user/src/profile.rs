//! `GET` and `PUT /user/profile`

use axum::extract::State;
use foundation::file_url::FileUrl;
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};
use jiff::Timestamp;
use serde::Serialize;
use shared::Context;
use shared::access::codes::{CodeError, GivenCode};
use shared::access::{Account, role_of};
use shared::auth::Line;
use shared::http::{Fields, FromFields, Invalid, OptionalText, Reply, Valid, ok};
use shared::identity::AccountRole;
use shared::identity::Email;
use shared::identity::password::GivenPassword;
use shared::store::{Settings, Store, User};

use crate::App;
use crate::email::{ask_to_prove, authorise, may_have};

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    id: UserId,
    email: Email,
    pending_email: Option<Email>,
    first_name: String,
    last_name: String,
    company: String,
    role: AccountRole,
    profile_image_url: Option<String>,
    email_verified: bool,
    has_password: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    user_settings: Settings,
}

async fn profile(context: &Context, user: User) -> ApiResult<Profile> {
    let user_settings = context.store.settings(&user.id).await?;
    let pending_email = user.awaited_email().cloned();
    Ok(Profile {
        role: role_of(&context.config.admin, &user),
        id: user.id,
        email: user.email,
        pending_email,
        first_name: user.first_name,
        last_name: user.last_name,
        company: user.company,
        profile_image_url: user.profile_image_url,
        email_verified: user.email_verified,
        has_password: user.password_hash.is_some(),
        created_at: user.created_at,
        updated_at: user.updated_at,
        user_settings,
    })
}

/// The user's profile.
pub async fn show(State(state): State<App>, account: Account) -> ApiResult<Reply<Profile>> {
    Ok(ok("Here is your profile.", profile(&state.context, account.user).await?))
}

pub struct Change {
    first_name: Option<Line<1, 100>>,
    last_name: Option<Line<0, 100>>,
    company: Option<Line<0, 200>>,
    email: Option<Email>,
    current_password: Option<GivenPassword>,
    otp: Option<GivenCode>,
    profile_image_url: Option<OptionalText<2048>>,
}

impl FromFields for Change {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let first_name = fields.optional("firstName");
        let last_name = fields.optional("lastName");
        let company = fields.optional("company");
        let email = fields.optional("email");
        let current_password = fields.optional("currentPassword");
        let otp = fields.optional("otp");
        let profile_image_url = fields.optional("profileImageUrl");
        Ok(Self {
            first_name: first_name?,
            last_name: last_name?,
            company: company?,
            email: email?,
            current_password: current_password?,
            otp: otp?,
            profile_image_url: profile_image_url?,
        })
    }
}

/// Changes what is given. A new address needs the current password, or else a code from the old address, and
/// replaces the old one only when the code that is mailed to it is given to `verify-otp` within an hour.
pub async fn change(
    State(state): State<App>,
    Account { user, .. }: Account,
    Valid(change): Valid<Change>,
) -> ApiResult<Reply<Profile>> {
    let context = &state.context;
    let picture = picture(context, &user, change.profile_image_url)?;
    let mut consumption = Vec::new();
    if let Some(email) = change.email.as_ref().filter(|email| **email != user.email) {
        may_have(&state, &user, email).await?;
        let proof = authorise(&state, &user, (change.current_password.clone(), change.otp.clone())).await?;
        consumption.extend(proof.map(|code| Store::consume_code(&user.email, &code)));
    }
    let changed = context.store.change_user_with(&user.id, &consumption, |user| {
        if let Some(Line(first_name)) = &change.first_name {
            user.first_name.clone_from(first_name);
        }
        if let Some(Line(last_name)) = &change.last_name {
            user.last_name.clone_from(last_name);
        }
        if let Some(Line(company)) = &change.company {
            user.company.clone_from(company);
        }
        if let Some(picture) = &picture {
            user.profile_image_url.clone_from(picture);
        }
        if let Some(email) = &change.email {
            user.await_email(email);
        }
    });
    let changed = changed.await?.map_err(|_| CodeError::Invalid)?.ok_or_else(|| ApiError::not_found("Account"))?;
    if let Some(former) = user.pending_email.filter(|former| changed.pending_email.as_ref() != Some(former)) {
        context.store.withdraw_code(&former, &user.id).await?;
    }
    let Some(email) = change.email.and(changed.pending_email.clone()) else {
        return Ok(ok("Your profile is saved.", profile(context, changed).await?));
    };
    ask_to_prove(&state, &changed, &email).await?;
    let message = "Your profile is saved. To use the new e-mail address, enter the code that we have mailed to it.";
    Ok(ok(message, profile(context, changed).await?))
}

/// `None` to leave the picture as it is, `Some(None)` to clear it.
#[expect(clippy::option_option, reason = "the outer says whether, the inner to what")]
fn picture(context: &Context, user: &User, given: Option<OptionalText<2048>>) -> ApiResult<Option<Option<String>>> {
    match given {
        None => Ok(None),
        // Sent back as it was shown: it may be from Google, or from before the hosts were changed.
        Some(OptionalText(text)) if text == user.profile_image_url => Ok(None),
        Some(OptionalText(None)) => Ok(Some(None)),
        Some(OptionalText(Some(text))) => match FileUrl::parse(&text, &context.config.documents) {
            Ok(url) => Ok(Some(Some(url.as_str().to_owned()))),
            Err(error) => Err(ApiError::validation(vec![format!("profileImageUrl {error}")])),
        },
    }
}
