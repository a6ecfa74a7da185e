/** Mailboxes that anybody may open without a name. */
export const FREE_MAIL = /@(?:gmail|googlemail|outlook|hotmail|live|yahoo|gmx|aol|icloud|proton(?:mail)?|pm|tuta(?:nota|mail)?|mailinator|guerrillamail|yandex|mail|qq|163|zoho|cock|riseup|onionmail|yopmail|mailbox|inbox)\.[a-z.]{2,8}$/i;
