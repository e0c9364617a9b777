// Two-state hidden Markov model with two exponential emissions, through Stan's hmm_marginal (its own adjoint).
data {
  int<lower=1> K;
  int<lower=1> N;
  row_vector<lower=0>[N] u;
  row_vector<lower=0>[N] v;
  matrix<lower=0>[K, K] alpha;
}
transformed data {
  vector[K] start = rep_vector(1.0 / K, K);
}
parameters {
  simplex[K] theta1;
  simplex[K] theta2;
  positive_ordered[K] phi;
  positive_ordered[K] lambda;
}
model {
  matrix[K, N] emission;
  matrix[K, K] transition;
  transition[1] = theta1';
  transition[2] = theta2';
  for (k in 1 : K) {
    emission[k] = log(phi[k]) + log(lambda[k]) - phi[k] * u - lambda[k] * v;
  }
  theta1 ~ dirichlet(alpha[1]');
  theta2 ~ dirichlet(alpha[2]');
  phi[1] ~ normal(0, 1);
  phi[2] ~ normal(3, 1);
  lambda[1] ~ normal(0, 1);
  lambda[2] ~ normal(3, 1);
  target += hmm_marginal(emission, transition, start);
}
