import { z } from 'zod';

/** ISO 4217, the currencies in use (2026). A list of its own, so that all services agree whatever their runtime knows. */
const currencies = (
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP ' +
  'CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ' +
  'IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU ' +
  'MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG ' +
  'SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV ' +
  'WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
).split(' ');

/** An ISO 4217 code, such as `EUR`. */
export const Currency = z
  .enum(currencies, { error: 'must be an ISO 4217 currency code, such as EUR' })
  .meta({ id: 'Currency', description: 'An ISO 4217 code, such as `EUR`.' });

/** Money in the currency's smallest unit: 1250 is 12.50 EUR. */
export const Amount = z
  .int({ error: 'must be a whole number of the smallest unit, such as 1250 for 12.50 EUR' })
  .positive({ error: 'must be more than 0' });
