/** Nodes of the demo chain, and where the map shows them: all of them run on this machine. */
export const demoNodes = {
  'demo-alpha': { city: 'Vienna', country: 'AT', latitude: 48.21, longitude: 16.37 },
  'demo-beta': { city: 'Singapore', country: 'SG', latitude: 1.35, longitude: 103.82 },
  'demo-gamma': { city: 'São Paulo', country: 'BR', latitude: -23.55, longitude: -46.63 },
} as const
