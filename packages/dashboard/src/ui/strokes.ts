/**
 * Our own figures and letters, drawn as strokes in a box 10 wide and 16 high with cut corners, like engraved instrument
 * scales. They give the page one face everywhere without a font download. All figures are equally wide.
 */
export const figures: Readonly<Record<string, string>> = {
  '0': 'M3 1H7L9 3V13L7 15H3L1 13V3Z',
  '1': 'M2.6 3.6L5.4 1V16',
  '2': 'M1 4V3L3 1H7L9 3V6.2L1 13V15H10',
  '3': 'M0 1H8.6L4.8 6.6H7L9 8.6V13L7 15H3L1 13V12',
  '4': 'M7.2 16V1H6L1 10V11.4H10',
  '5': 'M9.4 1H1.6V7H7L9 9V13L7 15H3L1 13V12',
  '6': 'M9 4V3L7 1H3L1 3V13L3 15H7L9 13V9L7 7H1',
  '7': 'M0 1H9V3L4 16',
  '8': 'M3 7.4L1.4 5.8V3L3.2 1H6.8L8.6 3V5.8L7 7.4H3L1 9.4V13L3 15H7L9 13V9.4L7 7.4',
  '9': 'M1 12V13L3 15H7L9 13V3L7 1H3L1 3V7L3 9H9',
  '–': 'M2 8.4H8',
}

export const letters: Readonly<Record<string, string>> = {
  n: 'M1 16V5H7L9 7V16',
  e: 'M1 10H9V7L7 5H3L1 7V13L3 15H8.4',
  t: 'M3 1V13L5 15H8.6M0 5H8.6',
  s: 'M9 5H3L1 7V8L3 10H7L9 12V13L7 15H1',
  a: 'M1.6 5H7L9 7V15H3L1 13V12L3 10H9',
}
