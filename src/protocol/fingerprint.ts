/**
 * The name of a host's key: SHA-256 of its public key (the DER of its SubjectPublicKeyInfo), in base64url.
 * It names the key and not the certificate, so that a renewed certificate keeps the trust.
 */
import { z } from 'zod'

/** 32 bytes in base64url without padding; the last letter carries four bits, so that there is one spelling. */
export const fingerprintSchema = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/)

/**
 * Four words of the first four bytes, for two people to compare by voice or on two screens. 32 bits: enough to
 * notice another key, not enough against somebody who computes billions of keys to find one with these words.
 * The invite carries the whole fingerprint and needs no comparing.
 */
export function fingerprintWords(fingerprint: string): readonly string[] {
  return firstBytes(fingerprint, 4).map((byte) => WORDS[byte] ?? '')
}

/** Without `Buffer` and `atob`, so that every runtime reads it the same way. */
function firstBytes(text: string, count: number): number[] {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const letter of text) {
    value = ((value << 6) | ALPHABET.indexOf(letter)) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >> bits) & 0xff)
    if (bytes.length === count) break
  }
  return bytes
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** One word a byte. Fixed for ever: two versions of the app must say the same words. */
const WORDS: readonly string[] = `
  acorn album amber angel apple april arch arrow atlas attic autumn badge bagel baker bamboo
  banjo barn basil basket beach beacon bean bell berry bike birch bird biscuit blanket boat
  bonfire book boot bottle bowl branch brass bread breeze brick bridge broom brush bucket
  butter button cabin cactus camel candle canoe canvas captain carpet castle cedar cello chalk
  cherry chess chimney circle circus clay clock cloud clover coach cobalt cocoa coffee comet
  compass copper coral corner cotton crayon cricket crystal curtain dancer desert diamond
  dolphin donkey dragon drum eagle easel echo eight ember engine falcon feather fern fiddle
  finger flag flame flute forest fossil fountain fox galaxy garden garlic ginger giraffe
  glacier globe goat gold grape gravel guitar hammer harbour harp hazel hedge heron hill honey
  horse igloo indigo island ivory jacket jaguar jasmine jelly jewel jungle kettle kite kitten
  koala ladder lagoon lake lamp lantern lemon lily linen lion lizard lobster lotus magnet
  mango maple marble market meadow melon mint mirror monkey moon mosaic mountain museum
  mustard napkin needle nest nickel nine north nutmeg oak oasis ocean olive onion opal orange
  orchid otter oven owl oyster paddle palace panda paper parrot peach pearl pebble pencil
  penguin pepper piano pigeon pillow pilot pine planet plum pocket poem pony poppy potato
  prism pumpkin purple puzzle quartz quill rabbit radio raft rain raven ribbon river robin
  rocket rose rubber ruby saddle saffron sail salmon sandal saturn scarf school sedan seven
  shadow shell silver sister sketch slipper snow sofa spider spoon stone tiger tulip velvet
  violin walnut willow zebra
`
  .trim()
  .split(/\s+/)
