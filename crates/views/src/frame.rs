//! What surrounds the content of every page: head, header and footer.

use domain::Posting;
use locales::Texts;

/// Where the pages are.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Scheme and host, without a slash at the end: `https://jobs.example.org`.
    pub base_url: &'a str,
}

/// The style sheet. `cargo xtask build` names the files, with a hash of their
/// content in the name.
pub(crate) const CSS: &str = or(option_env!("GUICHET_ASSET_CSS"), "/assets/guichet.css");
/// The additional style sheet of pages that are written from right to left.
pub(crate) const RTL_CSS: &str = or(option_env!("GUICHET_ASSET_RTL_CSS"), "/assets/rtl.css");
pub(crate) const SCRIPT: &str = or(option_env!("GUICHET_ASSET_SCRIPT"), "/assets/form.js");
/// The script that replaces a page in the browser's history when it is left.
pub(crate) const LEAVE: &str = or(option_env!("GUICHET_ASSET_LEAVE"), "/assets/leave.js");
/// The script that sends a correction in parts.
pub(crate) const CORRECT: &str = or(option_env!("GUICHET_ASSET_CORRECT"), "/assets/correct.js");
pub(crate) const WASM: &str = or(option_env!("GUICHET_ASSET_WASM"), "/assets/form_bg.wasm");

/// The frame of a page.
pub(crate) struct Frame<'a> {
    pub(crate) title: String,
    pub(crate) brand: Brand<'a>,
    /// For search engines.
    pub(crate) description: Option<&'a str>,
    /// Its addresses, where it has one to come back to.
    pub(crate) address: Option<Address>,
    /// Whether search engines may list it.
    pub(crate) indexed: bool,
    /// Whether it has a form for the script to drive.
    pub(crate) has_form: bool,
}

/// The organisation whose name the page bears.
#[derive(Clone, Copy)]
pub(crate) struct Brand<'a> {
    pub(crate) name: &'a str,
    pub(crate) language: &'a str,
}

impl<'a> Brand<'a> {
    /// The brand of the organisation that hires, by its usual name.
    pub(crate) fn of(posting: &'a Posting) -> Self {
        let organisation = &posting.organisation;
        Self {
            name: organisation.short.as_deref().unwrap_or(&organisation.name),
            language: &posting.language,
        }
    }

    /// The brand where no organisation is known.
    pub(crate) fn ours(texts: &'static Texts) -> Self {
        Self { name: texts.site_brand, language: texts.language_tag }
    }
}

/// The addresses of a page in every language.
pub(crate) struct Address {
    /// In the visitor's language.
    pub(crate) neutral: String,
    /// In the page's language.
    pub(crate) canonical: String,
    /// The picture that goes with a link to it elsewhere; `cargo xtask build`
    /// draws it.
    pub(crate) image: String,
    /// Whether search engines may know of it.
    pub(crate) public: bool,
    pub(crate) languages: Vec<Language>,
    /// Whether the text itself, and not only what surrounds it, is there in
    /// each language.
    pub(crate) has_translations: bool,
}

/// The page in one language.
pub(crate) struct Language {
    pub(crate) tag: &'static str,
    pub(crate) name: &'static str,
    pub(crate) url: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

impl Address {
    /// Of the page at `path`.
    pub(crate) fn of(texts: &'static Texts, site: &Site, path: &str) -> Self {
        let base = site.base_url;
        let languages = locales::ALL.iter().map(|other| {
            let href = in_language(other, path);
            Language {
                tag: other.language_tag,
                name: other.language_name,
                url: format!("{base}{href}"),
                href,
                current: other.language_tag == texts.language_tag,
            }
        });
        Self {
            neutral: format!("{base}{path}"),
            canonical: format!("{base}{}", in_language(texts, path)),
            image: format!("{base}/social.png"),
            public: true,
            languages: languages.collect(),
            has_translations: true,
        }
    }

    /// Of a page around a text that there is in one language only. In other
    /// languages it is the same page: search engines go by one address.
    pub(crate) fn untranslated(texts: &'static Texts, site: &Site, path: &str) -> Self {
        let every = Self::of(texts, site, path);
        Self { canonical: every.neutral.clone(), has_translations: false, ..every }
    }

    /// The languages in which search engines find the text.
    pub(crate) fn texts(&self) -> &[Language] {
        if self.has_translations { &self.languages } else { &[] }
    }

    /// Of a page whose address holds a key: it links to itself in other
    /// languages, and tells no machine where it is.
    pub(crate) fn private(texts: &'static Texts, site: &Site, path: &str) -> Self {
        Self { public: false, ..Self::of(texts, site, path) }
    }
}

/// `path`, to be shown in the language of `texts`. There are no cookies: the
/// address carries the choice from page to page.
pub(crate) fn in_language(texts: &Texts, path: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}lang={}", texts.language_tag)
}

const fn or(built: Option<&'static str>, otherwise: &'static str) -> &'static str {
    match built {
        Some(path) => path,
        None => otherwise,
    }
}
