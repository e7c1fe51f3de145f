//! Which account a Google identity signs in to.

use shared::auth::google::{Identity, SignUp};
use shared::store::{Registration, Store, StoreError, User};

use super::Failure;

/// The account of an identity: the one linked to it, else the one with its address, which is linked
/// now, else a new one.
pub(super) async fn of(store: &Store, identity: Identity, sign_up: SignUp) -> Result<User, Failure> {
    // A second round is needed when another request linked or made the account meanwhile.
    for _ in 0..3 {
        if let Some(user) = store.user_by_google(&identity.subject).await? {
            return Ok(user);
        }
        let settled = match store.user_by_email(&identity.email).await? {
            Some(user) => link(store, &user, &identity).await,
            None => create(store, &identity, &sign_up).await,
        };
        match settled {
            Err(Failure::Store(StoreError::Condition { .. })) | Ok(None) => {}
            Ok(Some(user)) => return Ok(user),
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::Store(StoreError::Busy("the account is being changed by other requests".into())))
}

async fn link(store: &Store, user: &User, identity: &Identity) -> Result<Option<User>, Failure> {
    if user.google_subject.is_some() {
        let sentence = "The account with this e-mail address belongs to another Google account. Please sign in with your password.";
        return Err(Failure::Sentence(sentence.to_owned()));
    }
    let linked = store.link_google(&user.id, &identity.subject, |user| {
        // Until now anybody may have typed this address. What they chose must not open the account
        // of the person who owns it.
        if !user.email_verified {
            user.password_hash = None;
            user.email_verified = true;
        }
        if user.profile_image_url.is_none() {
            user.profile_image_url.clone_from(&identity.picture);
        }
    });
    let linked = linked.await?;
    if !user.email_verified {
        store.forget_address(&user.email, &user.id).await?;
        store.revoke_sign_ins(&user.id, None).await?;
    }
    Ok(linked)
}

async fn create(store: &Store, identity: &Identity, sign_up: &SignUp) -> Result<Option<User>, Failure> {
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
    store.create_user(&user).await?;
    Ok(Some(user))
}
