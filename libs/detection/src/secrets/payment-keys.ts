import { type KeyFamily, keyRule } from './key-family.ts';
import { BASE58, filler, HEX } from './sample-keys.ts';

/** Payments, shops, money. */
export const paymentKeys: readonly KeyFamily[] = [
  {
    rule: keyRule({
      id: 'stripe-live-key',
      sees: 'a live Stripe or Paystack key, or the secret of a webhook',
      key: ['sk', '_live_', filler(24)].join(''),
      harmless: `STRIPE_PUBLISHABLE_KEY=pk_live_${filler(24)}`,
      source: 'docs.stripe.com/keys',
    }),
    formats: [
      [['sk_live_', 'rk_live_'], '\\w{16,247}'],
      [['whsec_'], '[A-Za-z0-9+/=]{24,100}'],
    ],
    hosts: /api\.(?:stripe\.com|paystack\.co)/,
  },
  {
    rule: keyRule({
      id: 'payment-test-key',
      severity: 'medium',
      sees: 'a payment key of a test mode',
      key: ['sk', '_test_', filler(24)].join(''),
      harmless: 'STRIPE_KEY=sk_test_your_key_goes_here_123',
    }),
    formats: [
      [['sk_test_', 'rk_test_'], '\\w{16,247}'],
      [['EZTK'], '[A-Za-z0-9]{54}'],
      [['shippo_test_'], '[a-f0-9]{40}'],
    ],
  },
  {
    rule: keyRule({
      id: 'payment-key',
      sees: 'a key of a payment service (Square, Braintree, PayPal, Plaid, Flutterwave, Razorpay, Mollie, GoCardless, Adyen, EasyPost, Shippo, Paddle, Klarna, Midtrans, Xendit, Cashfree, Mercado Pago, Revolut, Brex)',
      key: ['sq0', 'csp-', filler(43)].join(''),
      harmless: `an order id: ord-${filler(26)}`,
    }),
    formats: [
      [['ck_', 'cs_'], '[a-f0-9]{40}'],
      [['sq0atp-'], '[\\w-]{22,43}'],
      [['sq0csp-'], '[\\w-]{40,44}'],
      [['EAAA'], '[\\w-]{58,64}'],
      [['access-production-'], '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
      [['FLWSECK-'], '[a-zA-Z0-9-]{28,45}-X'],
      [['rzp_live_'], '[A-Za-z0-9]{14}'],
      [['live_'], '[A-Za-z0-9_-]{30,48}'],
      [['AQE'], '[A-Za-z0-9]{4,10}-?[A-Za-z0-9+/=-]{80,300}'],
      [['EZAK'], '[A-Za-z0-9]{54}'],
      [['shippo_live_'], '[a-f0-9]{40}'],
      [['duffel_live_'], '[\\w=-]{40,60}'],
      [['A21AA'], '[\\w-]{80,120}'],
      [['pdl_live_apikey_'], '[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}'],
      [['klarna_live_api_'], '[A-Za-z0-9+/=*()!]{40,120}'],
      [['Mid-server-'], '[\\w-]{20,32}'],
      [['xnd_production_'], '[A-Za-z0-9]{40,70}'],
      [['cfsk_ma_prod_'], '[a-z0-9]{32}_[a-z0-9]{8}'],
      [['APP_USR-'], '\\d{13,16}-\\d{6}-[a-f0-9]{32}(?:__[A-Z_]{5}__)?-\\d{6,12}'],
      [['oa_prod_'], '[\\w-]{40,60}'],
      [['bxt_'], '[A-Za-z0-9]{28,50}'],
    ],
    accepts: (key) => (/\d/.test(key) || key.startsWith('rzp_')) && /[A-Z][^\n]*[a-z]|[a-z][^\n]*[A-Z]|[a-f0-9]{8}|_[a-z0-9]{32}_/.test(key.slice(5)),
    hosts: /connect\.squareup\.com|api\.(?:mollie|gocardless|razorpay|flutterwave|easypost|goshippo|duffel)\.com|production\.plaid\.com/,
  },
  {
    rule: keyRule({
      id: 'wallet-import-key',
      sees: 'the private key of a wallet or an account in its import form (Bitcoin WIF, Nostr, Stellar)',
      key: ['L', '3', filler(50, BASE58)].join(''),
      harmless: `an address is public: bc1q${filler(38, 'qpzry9x8gf2tvdw0s3jn54khce6mua7l')}`,
      source: 'en.bitcoin.it/wiki/Wallet_import_format',
    }),
    // Versions and lengths leave no more than these beginnings.
    formats: [
      [['Kw', 'Kx', 'Ky', 'Kz', 'L1', 'L2', 'L3', 'L4', 'L5'], '[1-9A-HJ-NP-Za-km-z]{50}(?![\\w-])'],
      [['5H', '5J', '5K'], '[1-9A-HJ-NP-Za-km-z]{49}(?![\\w-])'],
      [['nsec1'], '[02-9ac-hj-np-z]{58}'],
      [['SA', 'SB', 'SC', 'SD'], '[A-Z2-7]{54}(?![\\w-])'],
    ],
    accepts: (key) => (key.match(/\d/g)?.length ?? 0) >= 3 && (/^nsec|^[A-Z0-9]+$/.test(key) || (/[a-z]/.test(key) && /[A-Z]/.test(key.slice(2)))),
  },
  {
    rule: keyRule({
      id: 'shopify-token',
      sees: 'a Shopify token',
      key: ['sh', 'pat_', filler(32, HEX)].join(''),
      harmless: `shopify theme id shp-${filler(32, HEX)}`,
      source: 'shopify.dev/docs/apps/build/authentication-authorization',
    }),
    formats: [[['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpua_'], '[a-fA-F0-9]{32,40}']],
    hosts: /\.myshopify\.com/,
  },
];
