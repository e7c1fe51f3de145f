//! Which account a Google identity signs in to.

use shared::access::Counter;
use shared::access::codes::NewCode;
use shared::account::take_up;
use shared::auth::google::{Identity, SignUp};
use shared::mail::Message;
use shared::store::{CodePurpose, Registration, StoreError, User};

use super::Failure;
use crate::App;
use crate::discreet::discreet;

/// The account of an identity: the one linked to it, else the one with its address, which is linked
/// now, else a new one.
pub(super) async fn of(state: &App, identity: Identity, sign_up: SignUp) -> Result<User, Failure> {
    let store = &state.context.store;
    // A second round is needed when another request linked or made the account meanwhile.
    for _ in 0..3 {
        if let Some(user) = store.user_by_google(&identity.subject).await? {
            return Ok(user);
        }
        let settled = match store.user_by_email(&identity.email).await? {
            Some(user) => link(state, &user, &identity).await?,
            None => create(state, &identity, &sign_up).await?,
        };
        if let Some(user) = settled {
            return Ok(user);
        }
    }
    Err(Failure::Store(StoreError::Busy("the account is being changed by other requests".into())))
}

async fn link(state: &App, user: &User, identity: &Identity) -> Result<Option<User>, Failure> {
    let store = &state.context.store;
    if user.google_subject.is_some() {
        let sentence = "The account with this e-mail address belongs to another Google account. Please sign in with your password.";
        return Err(Failure::Sentence(sentence.to_owned()));
    }
    if !identity.authoritative {
        // Google has seen this address proved once; whose it is today, only its mailbox knows.
        let code = NewCode {
            google_subject: Some(identity.subject.clone()),
            ..NewCode::new(user.email.clone(), CodePurpose::LinkGoogle, user.id.clone())
        };
        discreet(state.codes.send(&code, &Counter::Address).await)?;
        let sentence = "There is an account with this e-mail address already. We have mailed it a code: enter it to \
                        sign in with Google from now on, or sign in with your password.";
        return Err(Failure::Sentence(sentence.to_owned()));
    }
    let linked = store.link_google(&user.id, &identity.subject, &[], |user| {
        // Until now anybody may have typed this address. What they chose must not open the account
        // of the person who owns it.
        if !user.email_verified {
            user.password_hash = None;
            user.prove();
        }
        if user.profile_image_url.is_none() {
            user.profile_image_url.clone_from(&identity.picture);
        }
    });
    let Ok(linked) = linked.await? else { return Ok(None) };
    if user.email_verified {
        state.codes.mailer().notify(&user.email, &Message::google_linked()).await;
    } else {
        store.forget_address(&user.email, &user.id).await?;
        store.revoke_sign_ins(&user.id, None).await?;
        take_up(&state.context, &user.id, &user.email).await?;
    }
    Ok(linked)
}

async fn create(state: &App, identity: &Identity, sign_up: &SignUp) -> Result<Option<User>, Failure> {
    sign_up.role.check_address(&identity.email).map_err(|sentence| Failure::Sentence(format!("{sentence}.")))?;
    let registration = Registration {
        password_hash: None,
        first_name: identity.first_name.clone(),
        last_name: identity.last_name.clone(),
        company: sign_up.company.clone(),
        role: sign_up.role,
    };
    let mut user = User::new(identity.email.clone(), registration);
    user.email_verified = true;
    user.google_subject = Some(identity.subject.clone());
    user.profile_image_url.clone_from(&identity.picture);
    if !state.context.store.create_user(&user).await? {
        return Ok(None);
    }
    take_up(&state.context, &user.id, &user.email).await?;
    Ok(Some(user))
}
