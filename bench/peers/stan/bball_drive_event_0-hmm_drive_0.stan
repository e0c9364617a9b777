// Two-state hidden Markov model with two exponential emissions; the forward recursion on scalars, as in hmm_example.
data {
  int<lower=2, upper=2> K;
  int<lower=1> N;
  vector<lower=0>[N] u;
  vector<lower=0>[N] v;
  matrix<lower=0>[K, K] alpha;
}
parameters {
  simplex[K] theta1;
  simplex[K] theta2;
  positive_ordered[K] phi;
  positive_ordered[K] lambda;
}
model {
  vector[N] e1 = log(phi[1]) + log(lambda[1]) - phi[1] * u - lambda[1] * v;
  vector[N] e2 = log(phi[2]) + log(lambda[2]) - phi[2] * u - lambda[2] * v;
  vector[K] from1 = log(theta1);
  vector[K] from2 = log(theta2);
  real g1 = e1[1];
  real g2 = e2[1];
  for (t in 2 : N) {
    real before = g1;
    g1 = log_sum_exp(before + from1[1], g2 + from2[1]) + e1[t];
    g2 = log_sum_exp(before + from1[2], g2 + from2[2]) + e2[t];
  }
  theta1 ~ dirichlet(alpha[1]');
  theta2 ~ dirichlet(alpha[2]');
  phi[1] ~ normal(0, 1);
  phi[2] ~ normal(3, 1);
  lambda[1] ~ normal(0, 1);
  lambda[2] ~ normal(3, 1);
  target += log_sum_exp(g1, g2);
}
